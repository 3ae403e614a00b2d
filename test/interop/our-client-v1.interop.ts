import {spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {type PrivateDaemon, startDaemon} from '../helpers/private-daemon.js';
import {runBeside, unableBeside} from './run-beside.js';
import {StrictV1Farm} from './strict-v1-farm.js';

/** Our client, and a scheduler and a server that know v1 alone. */

const program = resolve(import.meta.dirname, '../../bin/sccache');
const token = 'of-the-farm';
const why = unableBeside();
const check = why === undefined ? test.serial : test.skip;
const titled = (title: string) => (why === undefined ? title : `${title} (${why})`);

let root: string;
let work: string;
let farm: StrictV1Farm;
let daemon: PrivateDaemon;

test.serial.before(async () => {
	if (why !== undefined) return;
	root = realpathSync(mkdtempSync(join(tmpdir(), 'sccache-interop-')));
	work = join(root, 'work');
	mkdirSync(join(work, 'include'), {recursive: true});
	writeFileSync(join(work, 'include/shape.h'), '#define SIDES 3\n');
	farm = await StrictV1Farm.start({token, perform: runBeside});
	daemon = await startDaemon(join(root, 'daemon'), {SCCACHE_CONF: confOf('client', token)});
	await untilPacked();
});

test.serial.after.always(async () => {
	await daemon?.stop();
	await farm?.close();
	if (root !== undefined) rmSync(root, {recursive: true, force: true});
});

/** A client that compiles nothing itself as long as it need not. */
function confOf(name: string, token: string): string {
	const path = join(root, `${name}.conf`);
	const text = `[daemon]
local_slots = 0

[dist]
scheduler_url = "${farm.schedulerUrl}"
cache_dir = "${join(root, `${name}-toolchains`)}"

[dist.auth]
type = "token"
token = "${token}"
`;
	writeFileSync(path, text, {mode: 0o600});
	return path;
}

interface Ran {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

function run(name: string, args: readonly string[], env = daemon.env): Promise<Ran> {
	return new Promise((resolve, reject) => {
		const child = spawn(name, args, {
			cwd: work,
			env: {...env, PWD: work},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let stdout = '';
		let stderr = '';
		child.stdout.on('data', text => {
			stdout += text;
		});
		child.stderr.on('data', text => {
			stderr += text;
		});
		child.once('error', reject);
		child.once('close', code => resolve({code, stdout, stderr}));
	});
}

let turn = 0;
function freshSource(text = `int sides${turn + 1}(void) { return SIDES; }\n`): string {
	const source = `fresh-${++turn}.c`;
	writeFileSync(join(work, source), `#include "shape.h"\n#include <stdio.h>\n${text}`);
	return source;
}

const argsOf = (source: string) => ['-O2', '-g', '-Iinclude', '-c', source, '-o', `${source}.o`];
async function compile(source: string, env = daemon.env): Promise<Ran> {
	// Sources must be older than their compile; file stamps tick every few milliseconds.
	await sleep(20);
	return run(program, ['gcc', ...argsOf(source), '-MMD', '-MF', `${source}.d`], env);
}

async function distributed(): Promise<number> {
	const {stdout} = await run(program, ['--show-stats', '--stats-format=json']);
	const {stats} = JSON.parse(stdout);
	return stats.dist_compiles[farm.serverAddress] ?? 0;
}

/** The toolchain is packed aside, while compiles are done here. */
async function untilPacked(): Promise<void> {
	for (let tries = 0; tries < 120 && farm.uploads.length === 0; tries++) {
		await compile(freshSource());
		await sleep(500);
	}
}

check(
	titled('a compile is done on a server of v1, its object and dependency file are those of here'),
	async t => {
		t.is(farm.uploads.length, 1);
		const before = await distributed();
		const source = freshSource();
		const {code, stderr} = await compile(source);
		t.is(code, 0, stderr);
		t.is(await distributed(), before + 1);
		const [object, depfile] = ['o', 'd'].map(end => readFileSync(join(work, `${source}.${end}`)));
		await run('gcc', [...argsOf(source), '-MMD', '-MF', `${source}.d`]);
		t.deepEqual(object, readFileSync(join(work, `${source}.o`)));
		t.deepEqual(depfile, readFileSync(join(work, `${source}.d`)));
		t.is(farm.uploads.length, 1);
		t.deepEqual(farm.violations, []);
	},
);

check(titled('many at once'), async t => {
	const before = await distributed();
	const sources = Array.from({length: 12}, () => freshSource());
	const codes = await Promise.all(sources.map(async source => (await compile(source)).code));
	t.deepEqual(new Set(codes), new Set([0]));
	t.is(await distributed(), before + 12);
	t.is(farm.uploads.length, 1);
	t.deepEqual(farm.violations, []);
});

check(titled('a compile that fails there fails here, in the words of here'), async t => {
	const source = freshSource('int x = ;\n');
	const {code, stderr} = await compile(source);
	const plain = await run('gcc', argsOf(source));
	t.is(code, 1);
	t.is(stderr, plain.stderr);
	t.deepEqual(farm.violations, []);
});

check(titled('a server that fails is done without'), async t => {
	farm.failure = 500;
	try {
		const source = freshSource();
		const {code, stderr} = await compile(source);
		t.is(code, 0, stderr);
		t.true(readFileSync(join(work, `${source}.o`)).length > 0);
	} finally {
		farm.failure = undefined;
	}
	t.deepEqual(farm.violations, []);
});

check(titled('--dist-status shows the figures of v1'), async t => {
	const {stdout} = await run(program, ['--dist-status']);
	t.deepEqual(JSON.parse(stdout), {
		SchedulerStatus: [`${farm.schedulerUrl}/`, {num_servers: 1, num_cpus: 4, in_progress: 0}],
	});
	t.deepEqual(farm.violations, []);
});

check(titled('a token that the scheduler does not take costs nothing but its help'), async t => {
	const conf = confOf('stranger', 'another');
	const stranger = await startDaemon(join(root, 'stranger'), {SCCACHE_CONF: conf});
	try {
		const {code, stderr} = await compile(freshSource(), stranger.env);
		t.is(code, 0, stderr);
	} finally {
		await stranger.stop();
	}
});
