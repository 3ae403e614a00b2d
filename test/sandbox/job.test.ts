import {existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {inputMtimeS, Place, type Session, unable} from './place.js';

/** Jobs that do what they should, as either kind of user. */

const place = unable('user') === undefined ? new Place() : undefined;
place?.addGcc();
test.after.always(() => place?.remove());

const script = (text: string): readonly string[] => ['/bin/sh', '-c', text];

for (const user of ['root', 'user'] as const) {
	const why = unable(user);
	const check = why === undefined ? test : test.skip;
	const titled = (title: string) => `as ${user}: ${title}${why === undefined ? '' : ` (${why})`}`;
	let session: Session;

	if (why === undefined) {
		test.before(titled('a session'), async () => {
			session = await (place as Place).open(user);
		});
	}

	check(titled('a compile gives its object, from a folder that is nowhere here'), async t => {
		const cwd = '/var/tmp/portage/cat/pkg-1/work/pkg-1';
		const {exit, stderr, outputs} = await session.run(
			['/usr/bin/gcc', '-c', '-g', '-x', 'cpp-output', 'src/one.i', '-o', '../build/one.o'],
			{
				cwd,
				inputs: {[`${cwd}/src/one.i`]: 'int one(void) { return 1; }\n'},
				env: [['PATH', '/usr/bin']],
				outputs: ['../build/one.o', 'one.d'],
			},
		);
		t.deepEqual(exit, {code: 0}, stderr);
		t.deepEqual(
			outputs.map(({path, mode}) => [path, mode & 0o600]),
			[['../build/one.o', 0o600]],
		);
		t.is(outputs[0]?.text.slice(0, 4), '\x7fELF');
		t.true(outputs[0]?.text.includes(cwd));
		t.false(existsSync('/var/tmp/portage/cat/pkg-1'));
	});

	check(titled('diagnostics and the exit code are those of the command'), async t => {
		const {exit, stdout, stderr} = await session.run(script('echo out; echo err >&2; exit 7'));
		t.deepEqual([exit, stdout, stderr], [{code: 7}, 'out\n', 'err\n']);
	});

	check(titled('a command that a signal ends is told from one that exits'), async t => {
		const {exit} = await session.run(['/usr/bin/escape', 'signal', '11']);
		t.deepEqual(exit, {signal: 'SIGSEGV'});
	});

	check(titled('the environment is what was passed, and PWD'), async t => {
		const {stdout} = await session.run(['/usr/bin/escape', 'environment'], {
			cwd: '/work/x',
			env: [
				['LANG', 'C'],
				['EMPTY', ''],
				['A=B', 'broken'],
				['', 'broken'],
			],
		});
		t.deepEqual(stdout.trim().split('\n').toSorted(), ['EMPTY=', 'LANG=C', 'PWD=/work/x']);
	});

	check(titled('outputs come back byte for byte with their mode'), async t => {
		const {outputs} = await session.run(
			script('cp in out; : >empty; chmod 751 out; chmod 4711 empty'),
			{
				inputs: {'/work/in': '\u0000\u0001\r\n'},
				outputs: ['out', '/work/empty', 'missing', 'no/such/folder', '.', ''],
			},
		);
		t.deepEqual(outputs, [
			{path: 'out', mode: 0o751, text: '\u0000\u0001\r\n'},
			{path: '/work/empty', mode: 0o711, text: ''},
		]);
	});

	check(titled('inputs and outputs below links of the toolchain lie where these lead'), async t => {
		const {stdout, outputs, stderr} = await session.run(
			script('cat /usr/lib/plug/in ../plug/in; cp in /lib/made/out; cp in ../bin/out'),
			{
				cwd: '/lib/plug',
				inputs: {'/lib/plug/in': 'input'},
				outputs: ['/lib/made/out', '../bin/out', '/usr/lib/bin/out'],
			},
		);
		t.is(stdout, 'inputinput', stderr);
		t.deepEqual(
			outputs.map(({path, text}) => [path, text]),
			[
				['/lib/made/out', 'input'],
				['../bin/out', 'input'],
				['/usr/lib/bin/out', 'input'],
			],
		);
		t.false(existsSync(join((place as Place).toolchain, 'usr/lib/plug')));
	});

	check(titled('an input may stand over a file of the toolchain, for this job alone'), async t => {
		const cat = script('cat /usr/lib/over || echo none');
		t.is((await session.run(cat, {inputs: {'/usr/lib/over': 'mine'}})).stdout, 'mine');
		t.is((await session.run(cat)).stdout, 'none\n');
	});

	check(
		titled('inputs keep their time, in whatever folders they lie, and however many'),
		async t => {
			const names = Array.from({length: 400}, (_, n) => `/work/d${n % 250}/../d${n % 250}/e/f${n}`);
			const {stdout} = await session.run(
				script(
					'set -- d*/e/f*; echo $#; cat "$@" | sort -n | tail -n 1; ls -l --time-style=+%s d7/e/f7',
				),
				{inputs: Object.fromEntries(names.map((name, n) => [name, `${n}\n`]))},
			);
			t.regex(stdout, new RegExp(`^400\n399\n-rw-r--r-- .* ${inputMtimeS} d7/e/f7\n$`));
		},
	);

	check(titled('folders are there, empty or not'), async t => {
		const {exit, stdout} = await session.run(script('cat src/../include/a.h; ls -d src gone/x'), {
			inputs: {'/work/include/a.h': 'a\n'},
			folders: ['/work/src', '/work/gone/x', '/usr/bin'],
		});
		t.deepEqual([exit, stdout], [{code: 0}, 'a\ngone/x\nsrc\n']);
	});

	check(titled('jobs side by side see nothing of each other'), async t => {
		const answers = await Promise.all(
			[1, 2, 3, 4, 5, 6].map(n =>
				session.run(script(`sleep 0.2; ls /work /tmp; cat in; : >/tmp/${n}`), {
					inputs: {'/work/in': `${n}`},
				}),
			),
		);
		t.deepEqual(
			answers.map(({stdout}) => stdout),
			[1, 2, 3, 4, 5, 6].map(n => `/tmp:\n\n/work:\nin\n${n}`),
		);
	});

	check(titled('the deadline ends a job'), async t => {
		const {exceeded, exit, wallMs} = await session.run(['/usr/bin/escape', 'sleep', '600'], {
			limits: {wallMs: 300},
		});
		t.is(exceeded, 'time');
		t.truthy(exit.signal);
		t.true(wallMs >= 300);
	});

	check(titled('a job that nobody wants any more ends, whenever that is said'), async t => {
		for (const ms of [0, 5, 10, 20, 200]) {
			const {done, abort} = session.start(script('while :; do :; done'));
			await sleep(ms);
			abort();
			await t.throwsAsync(
				done.catch(error => Promise.reject(new Error(error.code))),
				{
					message: 'JOB_ABORTED',
				},
			);
		}
	});

	check(titled('CPU time is that of all processes waited for'), async t => {
		const spin = await session.run(script('/usr/bin/escape spin'));
		const idle = await session.run(script('sleep 0.3'));
		t.true(spin.cpuMs > 100, `${spin.cpuMs}`);
		t.true(idle.cpuMs < 100, `${idle.cpuMs}`);
	});

	check(titled('what can be no job is refused, and the next one runs'), async t => {
		const refused = async (job: Promise<unknown>) =>
			job.then(
				() => 'ran',
				error => error.code,
			);
		t.is(await refused(session.run(['/usr/bin/none'])), 'SANDBOX_FAILED');
		t.is(await refused(session.run(['sh', 'a\0b'])), 'SANDBOX_JOB_INVALID');
		t.is(await refused(session.run(['sh'], {cwd: 'relative'})), 'SANDBOX_JOB_INVALID');
		t.is(await refused(session.run(['sh'], {inputs: {'/usr/lib': ''}})), 'SANDBOX_JOB_INVALID');
		t.is(
			await refused(session.run(['sh'], {inputs: {'/usr/bin/sh/x': ''}})),
			'SANDBOX_JOB_INVALID',
		);
		t.is(await refused(session.run(['sh'], {toolchainFolder: '/none'})), 'SANDBOX_FAILED');
		t.is(
			await refused(session.run(['sh'], {inputs: {'/work/big': 'x'.repeat(40 * 1024 ** 2)}})),
			'SANDBOX_FAILED',
		);
		t.deepEqual((await session.run(script('exit 0'))).exit, {code: 0});
	});

	check(titled('rooms are used again, empty, and nothing stays mounted'), async t => {
		const own = await (place as Place).open(user);
		const overlays = async () =>
			(await own.mounts()).match(/ overlay .*root-|root-\S+ overlay/g) ?? [];
		const runs = await Promise.all(
			[1, 2, 3, 4, 5].map(n =>
				own.run(script('cat in >out; ls /work'), {
					inputs: {'/work/in': `${n}`},
					outputs: ['out'],
				}),
			),
		);
		t.deepEqual(
			runs.map(({outputs, stdout}) => [outputs[0]?.text, stdout]),
			[1, 2, 3, 4, 5].map(n => [`${n}`, 'in\nout\n']),
		);
		await own.cleared();
		t.is((await overlays()).length, 0);
		t.deepEqual((await own.run(script('exit 0'))).exit, {code: 0});
		await own.close();
		t.notRegex(await own.mounts(), /\/room-/);
	});

	check(
		titled('many jobs, some ended at any moment, leave the others right and nothing behind'),
		async t => {
			const own = await (place as Place).open(user);
			const one = async (n: number): Promise<string> => {
				const {done, abort} = own.start(script('cat in >out; ls /tmp; : >/tmp/seen'), {
					inputs: {'/work/in': `${n}`},
					outputs: ['out'],
				});
				if (n % 3 === 0) setTimeout(abort, (n * 7) % 50);
				return done.then(
					({outputs, stdout}) => `${outputs[0]?.text}${stdout}`,
					error => error.code,
				);
			};
			const turns = [0, 1, 2, 3, 4, 5].map(async first => {
				for (let n = first; n < 72; n += 6) {
					const got = await one(n);
					if (n % 3 !== 0 || got !== 'JOB_ABORTED') t.is(got, `${n}`);
				}
			});
			await Promise.all(turns);
			await own.close();
			t.notRegex(await own.mounts(), /\/room-/);
		},
	);

	check(
		titled('of inputs in common a job sees those that it was sent, whatever others had'),
		async t => {
			const show = script(
				'cd /usr/share/x; for f in a b c d/e; do echo $f $([ -e $f ] && cat $f); done',
			);
			const all = {'/usr/share/x/a': '1', '/usr/share/x/b': '2', '/usr/share/x/d/e': '3'};
			const first = await session.run(show, {shared: all});
			t.is(first.stdout, `a 1\nb 2\nc\nd/e 3\n`);
			const fewer = {'/usr/share/x/a': '1', '/usr/share/x/c': '4'};
			const second = await session.run(show, {shared: fewer});
			t.is(second.stdout, `a 1\nb\nc 4\nd/e\n`);
			const third = await session.run(show, {shared: {...all, '/usr/share/x/a': 'other'}});
			t.is(third.stdout, `a other\nb 2\nc\nd/e 3\n`);
			t.is((await session.run(show, {shared: all})).stdout, first.stdout);
			const own = await session.run(show, {shared: all, inputs: {'/usr/share/x/b': 'mine'}});
			t.is(own.stdout, `a 1\nb mine\nc\nd/e 3\n`);
		},
	);

	check(titled('what a job does to inputs in common is seen by itself alone'), async t => {
		const shared = {'/work/in': 'as it was', '/work/gone': 'there'};
		const spoil = script(
			'ls -l --time-style=+%s in; echo spoilt >in; cat in; chmod 777 in; rm gone; : >new; ls',
		);
		for (let times = 0; times < 2; times++) {
			const {stdout, stderr} = await session.run(spoil, {shared});
			t.regex(stdout, new RegExp(`^-rw-r--r-- .* ${inputMtimeS} in\nspoilt\nin\nnew\n$`), stderr);
		}
		const linked = {...shared, '/work/more': ''};
		t.is((await session.run(script('cat in'), {shared: linked})).stdout, 'as it was');
	});

	check(
		titled('inputs in common lie where links of the toolchain lead, and over its files'),
		async t => {
			const {stdout} = await session.run(
				script('cat /usr/lib/in-common /lib/in-common /bin/over'),
				{
					shared: {'/lib/in-common': '1', '/usr/bin/over': '2'},
				},
			);
			t.is(stdout, '112');
			const refused = await session
				.run(script('exit 0'), {shared: {'/usr/bin/sh/x': ''}})
				.catch(error => error.code);
			t.is(refused, 'SANDBOX_JOB_INVALID');
		},
	);

	check(
		titled('inputs in common that there is no room for are placed for the job alone'),
		async t => {
			const shared = {'/work/big': 'x'.repeat(9 * 1024 ** 2), '/work/small': 's'};
			for (let times = 0; times < 2; times++) {
				const {stdout} = await session.run(script('ls -l big; cat small'), {shared});
				t.regex(stdout, /9437184.*big\ns$/);
			}
		},
	);

	check(titled('on the disk instead of in memory'), async t => {
		const own = await (place as Place).open(user, {scratch: 'disk'});
		const {outputs} = await own.run(script('cp in out'), {
			inputs: {'/work/in': 'x'},
			outputs: ['out'],
		});
		t.is(outputs[0]?.text, 'x');
	});

	check(titled('nothing that is mounted is seen outside'), t => {
		t.false(readFileSync('/proc/self/mounts', 'utf8').includes((place as Place).folder));
	});
}

const whyNot = unable('root');
const rootOnly = whyNot === undefined ? test : test.skip;
const rootTitled = (title: string) => (whyNot === undefined ? title : `${title} (${whyNot})`);

rootOnly(
	rootTitled('a link of the toolchain that leads out leads nowhere on the host'),
	async t => {
		const here = place as Place;
		const session = await here.open();
		const outside = join(here.folder, 'outside');
		mkdirSync(outside);
		symlinkSync(outside, join(here.toolchain, 'leads-out'));
		symlinkSync('../../../../../../../..', join(here.toolchain, 'climbs'));
		const {stdout, stderr} = await session.run(
			['/bin/cat', '/leads-out/in', `${outside}/in`, '/climbs/over'],
			{
				cwd: '/leads-out/cwd',
				inputs: {'/leads-out/in': 'placed', [`/climbs/${outside}/up`]: '', '/climbs/over': '!'},
				outputs: ['/leads-out/made/x'],
			},
		);
		t.is(stdout, 'placedplaced!', stderr);
		t.deepEqual(readdirSync(outside), []);
		t.false(existsSync('/over'));
	},
);

rootOnly(rootTitled('niceness is added'), async t => {
	const session = await (place as Place).open();
	const {stdout} = await session.run(script('read line </proc/self/stat; echo $line'), {nice: 7});
	t.is(stdout.slice(stdout.lastIndexOf(')') + 2).split(' ')[16], '7');
});
