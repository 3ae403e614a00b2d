import {spawn, spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {Farm, program, settle} from './farm.js';

const withFarm =
	(body: (t: ExecutionContext, farm: Farm) => Promise<void>, env: Record<string, string> = {}) =>
	async (t: ExecutionContext) => {
		const farm = await Farm.start(env);
		try {
			await body(t, farm);
		} finally {
			await farm.close();
		}
	};

function source(farm: Farm, name = 'a'): void {
	farm.write(`${name}.c`, `int ${name}(void) { return 1; }\n`);
	settle();
}

test(
	'--show-stats counts, --zero-stats forgets',
	withFarm(async (t, farm) => {
		source(farm);
		farm.run('gcc', ['-c', 'a.c']);
		farm.run('gcc', ['-c', 'a.c']);
		farm.run('gcc', ['a.o', '-shared', '-o', 'a.so']);
		const {stdout, code} = farm.sccache(['--show-stats']);
		t.is(code, 0);
		t.regex(stdout, /^Compile requests +3$/m);
		t.regex(stdout, /^Cache hits +1$/m);
		t.regex(stdout, /^Cache misses +1$/m);
		t.regex(stdout, /^Non-compilation calls +1$/m);
		t.is(farm.sccache(['--zero-stats']).code, 0);
		t.is(farm.counts().requests, 0);
	}),
);

test(
	'statistics outlive the daemon and are shown without one',
	withFarm(async (t, farm) => {
		source(farm);
		farm.run('gcc', ['-c', 'a.c']);
		await farm.stopDaemon();
		t.is(farm.counts().misses, 1);
		t.false(existsSync(farm.socket));
		await farm.startDaemon();
		farm.run('gcc', ['-c', 'a.c']);
		const counts = farm.counts();
		t.is(counts.misses, 1);
		t.is(counts.directHits, 1);
	}),
);

test(
	'each compile leaves a row with its package and outcome',
	withFarm(async (t, farm) => {
		source(farm);
		const env = {PORTAGE_BUILDDIR: '/var/tmp/portage/dev-libs/thing-1.2.3-r1'};
		farm.run('gcc', ['-c', 'a.c'], {env});
		farm.run('gcc', ['-c', 'a.c'], {env});
		farm.run('gcc', ['-c', '-', '-x', 'c'], {env, input: ''});
		await farm.stopDaemon();
		const database = new Database(join(farm.cacheDir, 'stats.db'), {readonly: true});
		const tables = database
			.prepare("select name from sqlite_master where type = 'table'")
			.pluck()
			.all() as string[];
		t.true(tables.includes('compiles'), tables.join());
		t.is(database.prepare('select count(*) from compiles').pluck().get(), 3);
		database.close();
	}),
);

test(
	'--stop-server lets the compile under way finish',
	withFarm(async (t, farm) => {
		farm.write(
			'slow.c',
			Array.from({length: 4000}, (_, n) => `int f${n}(int a) { return a * ${n} + a / 3; }\n`).join(
				'',
			),
		);
		settle();
		const child = spawn('gcc', ['-O2', '-c', 'slow.c'], {
			cwd: farm.work,
			env: farm.environment(),
			stdio: 'ignore',
		});
		const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
		await new Promise(resolve => setTimeout(resolve, 200));
		const stopped = farm.sccache(['--stop-server']);
		t.is(stopped.code, 0, stopped.stderr);
		t.is(await ended, 0);
		t.is(farm.counts().misses, 1);
		t.not(farm.sccache(['--stop-server']).code, 0);
		t.is(farm.run('gcc', ['-c', 'slow.c']).code, 0);
	}),
);

test(
	'--start-server starts one in the background and tells where',
	withFarm(async (t, farm) => {
		await farm.stopDaemon();
		const started = farm.sccache(['--start-server']);
		t.is(started.code, 0, started.stderr);
		source(farm);
		farm.run('gcc', ['-c', 'a.c']);
		t.is(farm.counts().misses, 1);
		t.not(farm.sccache(['--start-server']).code, 0);
		t.is(farm.sccache(['--stop-server']).code, 0);
	}),
);

test(
	'several workers share the socket, the store and the counters',
	withFarm(
		async (t, farm) => {
			for (let index = 0; index < 12; index++) {
				source(farm, `w${index}`);
			}
			const all = Array.from({length: 12}, (_, index) => `gcc -c w${index}.c &`).join('\n');
			for (let pass = 0; pass < 5; pass++) {
				t.is(farm.run('/bin/sh', ['-c', `${all}\nwait`]).code, 0);
			}
			const counts = farm.counts();
			t.is(counts.requests, 60);
			t.is(counts.misses + counts.directHits, 60);
			t.true(counts.directHits >= 48, JSON.stringify(counts));
			t.is(counts.fallbacks, 0);
		},
		{SCCACHE_WORKERS: '4'},
	),
);

test(
	'the daemon ends by itself when nothing asks it any more',
	withFarm(async (t, farm) => {
		await farm.stopDaemon();
		const ended = spawnSync(program, [], {
			env: {
				...farm.environment(),
				SCCACHE_IDLE_TIMEOUT: '1',
				SCCACHE_START_SERVER: '1',
				SCCACHE_NO_DAEMON: '1',
			},
			timeout: 60_000,
		});
		t.is(ended.status, 0, String(ended.stderr));
	}),
);

const hasNotify = spawnSync('systemd-notify', ['--version']).status === 0;
(hasNotify ? test : test.skip)('systemd is told when the daemon is ready', async t => {
	const receiver =
		"import socket,os\ns=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\ns.bind(os.environ['WHERE'])\ns.settimeout(30)\nprint(s.recv(4096).decode())";
	const where = join(process.env.TMPDIR ?? '/tmp', `sccache-notify-${process.pid}`);
	const child = spawn('python3', ['-c', receiver], {
		env: {...process.env, WHERE: where},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const said = new Promise<string>(resolve => {
		let text = '';
		child.stdout.on('data', chunk => {
			text += chunk;
		});
		child.once('close', () => resolve(text));
	});
	while (!existsSync(where)) {
		await new Promise(resolve => setTimeout(resolve, 20));
	}
	const farm = await Farm.start({NOTIFY_SOCKET: where});
	t.regex(await said, /READY=1/);
	await farm.close();
	spawnSync('rm', ['-f', where]);
});

test('TCP on SCCACHE_SERVER_PORT works as on the wiki', async t => {
	const farm = await Farm.start();
	await farm.stopDaemon();
	const port = '14226';
	const env = {
		...farm.environment(),
		SCCACHE_SERVER_PORT: port,
		SCCACHE_START_SERVER: '1',
		SCCACHE_NO_DAEMON: '1',
	} as Record<string, string>;
	delete env.SCCACHE_SERVER_UDS;
	const daemon = spawn(program, [], {env, stdio: 'ignore'});
	try {
		source(farm);
		const client = {SCCACHE_SERVER_UDS: undefined, SCCACHE_SERVER_PORT: port};
		let stats = '';
		for (let tries = 0; tries < 100 && !/^Compile requests +[1-9]/m.test(stats); tries++) {
			t.is(farm.run('gcc', ['-c', 'a.c'], {env: client}).code, 0);
			stats = farm.sccache(['--show-stats'], client).stdout;
		}
		t.regex(stats, /^Cache misses +1$/m);
	} finally {
		daemon.kill();
		await new Promise(resolve => daemon.once('exit', resolve));
		await farm.close();
	}
});
