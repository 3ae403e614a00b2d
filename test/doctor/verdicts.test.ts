import test from 'ava';
import fc from 'fast-check';
import type {Owned, User} from '../../src/doctor/access.js';
import {may} from '../../src/doctor/access.js';
import type {Verdict} from '../../src/doctor/verdict.js';
import {judgeCompile} from '../../src/doctor/verdicts/compile.js';
import {judgeConfig} from '../../src/doctor/verdicts/config-file.js';
import {judgeAccess, judgeDaemon} from '../../src/doctor/verdicts/daemon.js';
import {judgeFeatures} from '../../src/doctor/verdicts/features.js';
import {judgeFolder} from '../../src/doctor/verdicts/folder.js';
import {judgeCompilers, judgeLinks} from '../../src/doctor/verdicts/links.js';
import {judgeMakeConf} from '../../src/doctor/verdicts/make-conf.js';
import {adviseMakeopts, judgeMakeopts} from '../../src/doctor/verdicts/makeopts.js';
import {judgeOptOuts} from '../../src/doctor/verdicts/opt-outs.js';
import {judgePath} from '../../src/doctor/verdicts/path.js';
import {judgeClock, judgeScheduler, judgeToken} from '../../src/doctor/verdicts/scheduler.js';
import {
	judgeListening,
	judgeRegistration,
	judgeSandbox,
} from '../../src/doctor/verdicts/server-host.js';
import {judgeServers, judgeToolchain, judgeTrial} from '../../src/doctor/verdicts/servers.js';
import {judgeShared} from '../../src/doctor/verdicts/shared.js';
import {judgeSpace, size} from '../../src/doctor/verdicts/space.js';
import {judgeWrappers} from '../../src/doctor/verdicts/wrappers.js';
import {listed} from '../../src/doctor/words.js';
import {buildPath} from '../../src/portage/build-path.js';

/** What each check says of facts. */

const portage: User = {name: 'portage', uid: 250, gid: 250};
const gibibyte = 1024 ** 3;

const said = ({status, message}: Verdict) => `${status}: ${message}`;
const owned = (mode: number, uid = 0, gid = 0, path = '/p'): Owned => ({path, uid, gid, mode});

test('who may do what with a file goes by the first class that fits', t => {
	t.true(may(portage, 'read', owned(0o640, 0, 250)));
	t.false(may(portage, 'read', owned(0o640)));
	t.false(may(portage, 'read', owned(0o044, 250)));
	t.false(may(portage, 'pass', owned(0o705, 0, 250)));
	t.true(may({name: 'root', uid: 0, gid: 0}, 'write', owned(0)));
});

test('make.conf: none, one that is read, one that is refused', t => {
	t.is(judgeMakeConf({files: [], refused: undefined}).status, 'ok');
	t.is(judgeMakeConf({files: ['/m'], refused: undefined}).status, 'ok');
	const refused = {path: '/m', line: 3, reason: 'no = after it'};
	t.is(
		said(judgeMakeConf({files: ['/m'], refused})),
		'failure: Portage refuses line 3 of /m: no = after it.',
	);
});

test("PATH of a build: bashrc's before FEATURES' before make.conf's, which profile.env makes count", t => {
	const facts = {
		profilePath: '/usr/bin:/bin',
		makeConfPath: '/shims:/usr/bin:/bin',
		wrappers: ['distcc', 'ccache'],
		bashrcFolder: '/first',
	} as const;
	t.deepEqual(
		buildPath(facts).map(({folder, from}) => `${from} ${folder}`),
		[
			'bashrc /first',
			'FEATURES /usr/lib/ccache/bin',
			'FEATURES /usr/lib/distcc/bin',
			'make.conf /shims',
			'profile.env /usr/bin',
			'profile.env /bin',
		],
	);
	t.deepEqual(
		buildPath({...facts, profilePath: undefined}).map(({from}) => from),
		['bashrc', 'FEATURES', 'FEATURES'],
	);
});

test('PATH: ours is there, and nothing is before it', t => {
	const facts = {
		parts: [{folder: '/shims', from: 'make.conf'} as const],
		profileHasPath: true,
		shimFolders: ['/shims'],
		linkFolder: '/shims',
		hidden: [],
	};
	t.is(said(judgePath(facts)), 'ok: make.conf puts /shims before all compilers.');
	t.is(judgePath({...facts, profileHasPath: false}).mend, 'env-update');
	t.regex(judgePath({...facts, shimFolders: []}).message, /\/shims is not in their PATH/);
	t.regex(judgePath({...facts, shimFolders: [], linkFolder: undefined}).message, /no folder/);
	const hidden = [{folder: '/usr/bin', names: ['cc', 'gcc']}];
	t.is(
		said(judgePath({...facts, hidden})),
		'warning: /usr/bin comes before /shims in the PATH of builds, so that cc, gcc from there are taken.',
	);
	t.is(listed(['a', 'b', 'c', 'd', 'e']), 'a, b, c, d, e');
	t.is(listed(['a', 'b', 'c', 'd', 'e', 'f']), 'a, b, c, d and 2 more');
});

test('sandboxes: a socket needs none off, TCP needs one off', t => {
	const all = ['ipc-sandbox', 'network-sandbox', 'pid-sandbox'];
	t.is(judgeFeatures({features: all, way: 'socket'}).status, 'ok');
	t.regex(
		judgeFeatures({features: ['ipc-sandbox'], way: 'socket'}).mend ?? '',
		/-network-sandbox -pid-sandbox/,
	);
	t.is(judgeFeatures({features: all, way: 'tcp'}).status, 'failure');
	t.is(judgeFeatures({features: all, way: 'abstract socket'}).status, 'failure');
	t.is(judgeFeatures({features: ['pid-sandbox'], way: 'tcp'}).status, 'ok');
});

test('opt-outs need ORIGINAL_PATH', t => {
	const facts = {hasOriginalPath: false, pathInMakeConf: true, excluded: []};
	t.is(judgeOptOuts(facts).status, 'warning');
	t.is(judgeOptOuts({...facts, pathInMakeConf: false}).status, 'ok');
	t.is(judgeOptOuts({...facts, excluded: ['a/b']}).status, 'failure');
	t.is(
		said(judgeOptOuts({hasOriginalPath: true, pathInMakeConf: true, excluded: ['a/b', 'c/d']})),
		'ok: Built without sccache: a/b, c/d.',
	);
});

test('other wrappers: in FEATURES, in PATH and in variables', t => {
	const none = {found: [], folders: [], variables: new Map()};
	t.deepEqual(judgeWrappers(none).map(said), ['ok: Neither ccache nor distcc nor icecream.']);
	const variables = new Map([
		['CC', 'ccache gcc'],
		['CXX', 'x86_64-pc-linux-gnu-g++'],
		['RUSTC_WRAPPER', '/usr/bin/sccache'],
	]);
	const verdicts = judgeWrappers({...none, folders: ['/usr/lib/ccache/bin'], variables});
	t.deepEqual(
		verdicts.map(({mend}) => mend),
		['take /usr/lib/ccache/bin out of PATH in make.conf', 'take CC out of make.conf'],
	);
});

test('links: none, older, missing, foreign, fresh', t => {
	const repair = {kind: 'refresh links', folder: '/l', searchPath: '/usr/bin', root: '/'} as const;
	const link = {name: 'gcc', kind: 'hard', isCurrent: true, behind: '/usr/bin/gcc'} as const;
	const facts = {
		program: '/usr/bin/sccache',
		hasProgram: true,
		folders: [owned(0o755, 0, 0, '/'), owned(0o755, 0, 0, '/l')],
		builder: portage,
		folder: '/l',
		links: [link],
		steps: [{name: 'gcc', action: 'keep'} as const],
		repair,
	};
	t.is(said(judgeLinks(facts)), 'ok: 1 name in /l leads to sccache.');
	t.regex(
		said(judgeLinks({...facts, hasProgram: false})),
		/^failure: There is no \/usr\/bin\/sccache/,
	);
	t.is(
		said(judgeLinks({...facts, links: [{...link, kind: 'symbolic'}]})),
		'ok: 1 name in /l leads to sccache by symbolic links.',
	);
	for (const links of [undefined, []]) {
		t.deepEqual(judgeLinks({...facts, links}).repair, repair);
	}
	const shut = judgeLinks({...facts, folders: [owned(0o750, 0, 0, '/l')]});
	t.is(said(shut), "failure: User portage can't pass /l (0750) to the links.");
	t.is(shut.repair?.kind, 'mode');
	t.is(judgeLinks({...facts, folders: [owned(0o700, 0, 0, '/')]}).repair, undefined);
	const step = (action: 'replace' | 'create' | 'refuse') =>
		judgeLinks({...facts, steps: [{name: 'cc', action}]});
	t.is(said(step('replace')), 'failure: cc in /l leads to an older sccache.');
	t.is(said(step('create')), 'warning: cc has no link in /l.');
	t.regex(said(step('refuse')), /^warning: cc in \/l leads somewhere else/);
	t.is(step('refuse').repair, undefined);
});

test('compilers: behind all links, some, none, or another wrapper', t => {
	const repair = {kind: 'refresh links', folder: '/l', searchPath: '', root: '/'} as const;
	const links = [
		{name: 'gcc', behind: '/usr/bin/gcc'},
		{name: 'cc', behind: '/usr/bin/cc'},
	];
	const facts = {folder: '/l', links, wrapped: new Map<string, string>(), repair};
	t.is(judgeCompilers(facts).status, 'ok');
	const gone = links.map(({name}) => ({name, behind: undefined}));
	t.is(judgeCompilers({...facts, links: gone}).status, 'failure');
	const [first = {name: '', behind: ''}, second = {name: '', behind: undefined}] = links;
	const some = judgeCompilers({...facts, links: [first, {...second, behind: undefined}]});
	t.regex(said(some), /^warning: cc leads to no compiler/);
	t.regex(
		said(judgeCompilers({...facts, wrapped: new Map([['cc', 'ccache']])})),
		/Behind cc there is ccache/,
	);
});

test('MAKEOPTS: jobs of the farm and this host, as far as memory goes', t => {
	const host = {cores: 8, memoryBytes: 32 * gibibyte, farmSlots: 24};
	t.deepEqual(adviseMakeopts(host), {jobs: 32, load: 8});
	t.deepEqual(adviseMakeopts({...host, farmSlots: 0}), {jobs: 8, load: 8});
	t.deepEqual(adviseMakeopts({cores: 8, memoryBytes: 4 * gibibyte, farmSlots: 0}), {
		jobs: 2,
		load: 8,
	});
	const judge = (makeopts: string | undefined) => judgeMakeopts({...host, makeopts});
	t.is(judge('-j32 -l8').status, 'ok');
	t.is(judge('--jobs=30 --load-average=8').status, 'ok');
	t.is(judge('-j8').status, 'warning');
	t.is(judge(undefined).mend, 'set MAKEOPTS="-j32 -l8" in make.conf');
	t.regex(judge('-j32').message, /without -l/);
	t.regex(judge('-j100 -l8').message, /more than/);
	t.is(judgeMakeopts({...host, farmSlots: 0, makeopts: '-j8'}).status, 'ok');
	fc.assert(
		fc.property(
			fc.integer({min: 1, max: 512}),
			fc.integer({min: 1, max: 4096}),
			fc.nat({max: 5000}),
			(cores, gibibytes, farmSlots) => {
				const facts = {cores, memoryBytes: gibibytes * gibibyte, farmSlots};
				const {jobs, load} = adviseMakeopts(facts);
				t.true(jobs >= 1 && jobs <= cores + farmSlots && load === cores);
				t.is(judgeMakeopts({...facts, makeopts: `-j${jobs} -l${load}`}).status, 'ok');
			},
		),
	);
});

test('a configuration: who reads it, and who must not', t => {
	const facts = {
		path: '/etc/c',
		file: owned(0o640, 0, 250, '/etc/c'),
		folders: [owned(0o755, 0, 0, '/'), owned(0o755, 0, 0, '/etc')],
		reader: portage,
		secretFiles: [],
		exposed: [],
		error: undefined,
		warnings: [],
	};
	const judge = (changes: Partial<Parameters<typeof judgeConfig>[0]>) =>
		judgeConfig({...facts, ...changes});
	t.deepEqual(judge({}).map(said), ['ok: /etc/c (0640) is sound, and portage can read it.']);
	t.is(judge({file: undefined})[0]?.status, 'failure');
	t.deepEqual(judge({file: owned(0o600, 0, 250, '/etc/c')})[0]?.repair, {
		kind: 'mode',
		path: '/etc/c',
		mode: 0o640,
	});
	t.deepEqual(judge({file: owned(0o640, 0, 0, '/etc/c')})[0]?.repair, {
		kind: 'owner',
		path: '/etc/c',
		uid: 0,
		gid: 250,
	});
	t.regex(
		said(judge({secretFiles: [owned(0o600, 0, 0, '/etc/token')]})[0] as Verdict),
		/portage can't read \/etc\/token/,
	);
	t.is(judge({folders: [owned(0o700, 0, 0, '/etc')]})[0]?.mend, 'chmod o+x /etc');
	const shown = owned(0o644, 0, 250, '/etc/c');
	const open = judge({file: shown, exposed: [shown, owned(0o604, 0, 0, '/etc/token')]});
	t.deepEqual(open[0]?.repair, {kind: 'mode', path: '/etc/c', mode: 0o640});
	t.deepEqual(open[1]?.repair, {kind: 'mode', path: '/etc/token', mode: 0o600});
	t.is(judge({file: owned(0o664, 0, 250, '/etc/c')})[0]?.status, 'warning');
	const error = {message: '/etc/c: no such key', hint: undefined};
	t.is(judge({error})[0]?.mend, 'mend /etc/c by hand');
	t.deepEqual(judge({warnings: ['one', 'two']}).map(said), ['warning: One.', 'warning: Two.']);
});

test('a folder: there, its owner’s, and shut where it must be', t => {
	const facts = {
		path: '/c',
		purpose: 'the cache',
		folder: owned(0o750, 250, 250, '/c'),
		folders: [owned(0o755, 0, 0, '/')],
		owner: portage,
		exclusive: true,
		mode: 0o750,
	};
	t.is(judgeFolder(facts).status, 'ok');
	t.is(
		judgeFolder({...facts, folder: undefined}).mend,
		'install -d -o portage -g portage -m 0750 /c',
	);
	t.is(judgeFolder({...facts, folder: owned(0o755, 0, 0, '/c')}).repair?.kind, 'owner');
	t.is(judgeFolder({...facts, folder: owned(0o550, 250, 250, '/c')}).repair?.kind, 'mode');
	t.is(judgeFolder({...facts, folder: owned(0o777, 250, 250, '/c')}).mend, 'chmod go-w /c');
	t.is(judgeFolder({...facts, folders: [owned(0o700, 0, 0, '/x')]}).mend, 'chmod o+x /x');
});

test('space: a full disk fails, a tight one warns', t => {
	const facts = {
		path: '/c',
		limitBytes: 20 * gibibyte,
		usedBytes: 5 * gibibyte,
		freeBytes: 100 * gibibyte,
		freeFiles: 1e6,
		setting: 'SCCACHE_CACHE_SIZE',
	};
	t.is(said(judgeSpace(facts)), 'ok: 5.0 GiB of 20 GiB are used, 100 GiB are free.');
	t.is(judgeSpace({...facts, freeBytes: 10 * gibibyte}).status, 'warning');
	t.is(judgeSpace({...facts, freeBytes: 0}).status, 'failure');
	// A cache that is at its limit grows no more.
	t.is(judgeSpace({...facts, usedBytes: 20 * gibibyte, freeBytes: 0}).status, 'ok');
	t.is(judgeSpace({...facts, freeFiles: 10}).status, 'warning');
	t.is(judgeSpace({...facts, freeFiles: 0}).status, 'ok');
	t.deepEqual([0, 1023, 1024, 1536, 10 * gibibyte].map(size), [
		'0 bytes',
		'1023 bytes',
		'1.0 KiB',
		'1.5 KiB',
		'10 GiB',
	]);
});

test('the daemon: down, broken, a stranger, old, root, sound', t => {
	const facts = {address: '/s', version: '1', portage, init: 'openrc'} as const;
	const judge = (answer: Parameters<typeof judgeDaemon>[0]['answer']) =>
		judgeDaemon({...facts, answer});
	t.is(judge({kind: 'none'}).mend, 'rc-service sccache-client start');
	t.deepEqual(judge({kind: 'none'}).repair, {kind: 'start', service: 'sccache-client'});
	t.is(judge({kind: 'error', message: 'it hangs'}).mend, 'rc-service sccache-client restart');
	const answers = (version: string, uid: number | undefined) =>
		judge({kind: 'answers', version, uid}).status;
	t.is(answers('1', 1000), 'failure');
	t.is(answers('0', 250), 'warning');
	t.is(answers('1', 0), 'warning');
	t.is(answers('1', 250), 'ok');
	t.is(answers('1', undefined), 'ok');
	t.is(judge({kind: 'forbidden', asker: 'larry'}).status, 'skipped');
	const root = {name: 'root', uid: 0, gid: 0};
	const answer = {kind: 'answers', version: '1', uid: 0} as const;
	t.is(judgeDaemon({...facts, portage: root, answer}).status, 'ok');
});

test('access: the way, the socket, and the attempt', t => {
	const facts = {
		address: '/run/s',
		socket: owned(0o700, 250, 250, '/run/s'),
		folders: [owned(0o755, 0, 0, '/run')],
		user: portage,
		tried: 'connected',
		init: undefined,
	};
	t.is(judgeAccess(facts).status, 'ok');
	t.is(judgeAccess({...facts, tried: undefined}).status, 'ok');
	t.is(judgeAccess({...facts, tried: 'ECONNREFUSED'}).status, 'failure');
	t.is(judgeAccess({...facts, socket: owned(0o700)}).status, 'failure');
	const behind = (path: string) => judgeAccess({...facts, folders: [owned(0o700, 0, 0, path)]});
	t.is(behind('/run/sccache').repair?.kind, 'mode');
	t.is(behind('/home/larry').repair, undefined);
	t.is(behind('/home/larry').status, 'failure');
});

test('a compile: stored, then found', t => {
	const seen = (outcome: 'miss' | 'directHit' | 'fallback' | 'notCacheable', reason = '') => ({
		...{outcome, reason, server: '', notDistributed: ''},
	});
	const good = {code: 0, stderr: ''};
	const facts = {compiler: 'gcc', runs: [good, good], user: 'portage', init: undefined};
	const judge = (...rows: ReturnType<typeof seen>[]) => judgeCompile({...facts, seen: rows});
	t.is(judge(seen('miss'), seen('directHit')).status, 'ok');
	t.regex(judge().message, /did not come to the daemon/);
	t.regex(
		judge(seen('fallback', 'STORE_FULL'), seen('miss')).message,
		/failure of sccache \(STORE_FULL\)/,
	);
	t.is(judge(seen('miss'), seen('miss')).status, 'warning');
	const failed = {...facts, runs: [{code: 1, stderr: 'no cc1\nmore'}], seen: []};
	t.is(said(judgeCompile(failed)), 'failure: gcc ended with 1 on a small program: no cc1.');
});

test("the scheduler, its clock and the client's token", t => {
	const answers = {
		...({kind: 'answers', isOurs: true, servers: 1, sentMs: 100_000, receivedMs: 100_050} as const),
	};
	const at = (dateMs: number | undefined) =>
		judgeClock({url: 'u', answer: {...answers, dateMs}}).status;
	t.is(at(100_000), 'ok');
	t.is(at(99_500), 'ok');
	t.is(at(60_000), 'warning');
	t.is(at(140_000), 'warning');
	t.is(at(100_000 + 301_000), 'failure');
	t.is(at(undefined), 'skipped');
	t.is(judgeScheduler({url: 'u', answer: {...answers, dateMs: 0}}).status, 'ok');
	t.is(judgeScheduler({url: 'u', answer: {kind: 'status', status: 404}}).status, 'failure');
	t.is(judgeScheduler({url: 'u', answer: {kind: 'error', message: 'away'}}).status, 'failure');
	const token = (hasToken: boolean, status: number | undefined, isOurs = true) =>
		judgeToken({hasToken, status, isOurs}).status;
	t.is(token(true, 200), 'ok');
	t.is(token(false, 401), 'failure');
	t.is(token(true, 401), 'failure');
	t.is(token(true, 403, false), 'failure');
	t.is(token(true, 404, false), 'ok');
	t.is(token(true, 500), 'failure');
});

test('build servers: none, some that take no jobs, and one compile each', t => {
	const server = {
		...({address: 'a:1', quarantine: undefined, state: 'up', arch: 'x86_64', slots: 8} as const),
	};
	const judge = (...servers: (typeof server | Record<string, unknown>)[]) =>
		judgeServers({
			servers: servers.map(changes => ({...server, ...changes})),
			count: servers.length,
			arch: 'x86_64',
		}).map(said);
	t.deepEqual(judge({}, {}), ['ok: 2 build servers with 16 slots.']);
	t.deepEqual(
		judge({}, {state: 'draining'}, {quarantine: 'it failed'}, {arch: 'aarch64'}).map(text =>
			text.slice(0, 7),
		),
		['warning', 'warning', 'warning'],
	);
	t.is(judgeServers({servers: [], count: 0, arch: 'x86_64'})[0]?.status, 'failure');
	t.is(judgeServers({servers: undefined, count: 3, arch: 'x86_64'})[0]?.status, 'ok');
	t.is(judgeToolchain({kind: 'packed', compiler: '/g', sizeBytes: 1}).status, 'ok');
	t.is(judgeToolchain({kind: 'refused', compiler: '/g', reason: 'a script'}).status, 'failure');
	const failed = (at: 'scheduler' | 'toolchain' | 'compile', reason: string) =>
		judgeTrial({server: 'a:1', outcome: {kind: 'failed', at, reason}});
	t.is(failed('scheduler', 'all servers are full').status, 'skipped');
	t.is(failed('scheduler', 'draining').status, 'failure');
	t.regex(
		failed('compile', 'a:1 answered with status 500: odd').message,
		/a:1 could not compile: odd\.$/,
	);
	t.regex(failed('scheduler', 'a:1 refuses the toolchain: SIGILL').message, /does not take/);
	const compiled = {kind: 'compiled', ms: 12.4, sentToolchain: true} as const;
	t.is(
		said(judgeTrial({server: 'a:1', outcome: compiled})),
		'ok: a:1 took the toolchain and compiled in 12 ms.',
	);
});

test('a build server’s host and a scheduler’s', t => {
	t.is(judgeSandbox({by: 'root', obstacle: undefined}).status, 'ok');
	const obstacle = {message: 'no overlay', hint: undefined};
	t.regex(judgeSandbox({by: 'user', obstacle}).mend ?? '', /CONFIG_OVERLAY_FS/);
	const place = {address: 'a:1', scheduler: 'http://s/', init: 'systemd'} as const;
	t.is(judgeRegistration({...place, answer: {kind: 'known'}}).status, 'ok');
	t.regex(judgeRegistration({...place, answer: {kind: 'unknown'}}).mend ?? '', /^systemctl start/);
	t.is(judgeRegistration({...place, answer: {kind: 'error', message: 'x'}}).status, 'failure');
	t.is(judgeListening({url: 'u', wrong: undefined, init: 'openrc'}).status, 'ok');
	t.is(
		judgeListening({url: 'u', wrong: 'refused', init: 'openrc'}).mend,
		'rc-service sccache-scheduler start',
	);
});

test('a shared cache that does not work is a warning: builds go on without', t => {
	const location = 'redis, name: h:1, prefix: /';
	t.is(
		said(judgeShared({location, trial: {readMs: 1.24, writeMs: 20.4}})),
		'ok: redis, name: h:1, prefix: / answers in 1.2 ms, and is written to in 20 ms.',
	);
	t.regex(
		said(judgeShared({location, trial: {readMs: 1, writeMs: undefined}})),
		/^ok: .* is only read\.$/,
	);
	t.is(
		said(judgeShared({location, trial: 'it can’t be read: ECONNREFUSED'})),
		'warning: redis, name: h:1, prefix: /: it can’t be read: ECONNREFUSED.',
	);
});
