import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Farm, settle} from './farm.js';

async function started(
	t: ExecutionContext,
	env: Readonly<Record<string, string>>,
	enter: readonly string[] = [],
): Promise<Farm> {
	const farm = await Farm.start(env, enter);
	t.teardown(() => farm.close());
	for (const name of ['a', 'b', 'c', 'd']) farm.write(`${name}.c`, `int ${name};\n`);
	farm.write('broken.c', 'int x = ;\n');
	settle();
	return farm;
}

/** All that was said until the daemon's end. */
async function saidBy(farm: Farm): Promise<readonly string[]> {
	await farm.stopDaemon();
	return farm.daemonSaid.split('\n').filter(Boolean);
}

const about = (lines: readonly string[], text: string) => lines.filter(line => line.includes(text));

test('unless told, a daemon says nothing of compiles, whatever becomes of them', async t => {
	const farm = await started(t, {});
	farm.run('gcc', ['-c', 'a.c']);
	farm.run('gcc', ['-c', 'a.c']);
	farm.run('gcc', ['-c', 'broken.c']);
	farm.run('gcc', ['--version']);
	t.deepEqual(await saidBy(farm), []);
});

test('with info it says one line a compile', async t => {
	const farm = await started(t, {SCCACHE_LOG: 'info'});
	const env = {PORTAGE_BUILDDIR: '/var/tmp/portage/app-arch/xz-utils-5.6.4'};
	farm.run('gcc', ['-c', 'a.c'], {env});
	farm.run('gcc', ['-c', 'a.c'], {env});
	farm.run('gcc', ['-c', 'broken.c']);
	farm.run('gcc', ['-c', 'b.c', 'c.c']);
	farm.run('gcc', ['--version']);
	const compiles = about(await saidBy(farm), 'sccache::compile]');
	const head = String.raw`^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO  sccache::compile\] `;
	const expected = [
		'compiled here package=app-arch/xz-utils-5\\.6\\.4 source=a\\.c elapsedMs=\\d+$',
		'from the cache package=app-arch/xz-utils-5\\.6\\.4 source=a\\.c elapsedMs=\\d+',
		'the compiler failed source=broken\\.c elapsedMs=\\d+$',
		'compiled, and not to be cached source=b\\.c reason="multiple input files" elapsedMs=\\d+$',
	];
	t.is(compiles.length, expected.length, compiles.join('\n'));
	for (const [index, line] of expected.entries()) {
		t.regex(compiles[index] ?? '', new RegExp(head + line));
	}
});

test("SCCACHE_LOG=debug in one compile's environment shows its decision, and no other's", async t => {
	const farm = await started(t, {});
	farm.run('gcc', ['-O2', '-c', 'a.c'], {env: {SCCACHE_LOG: 'debug', CPATH: '/the/secret/path'}});
	farm.run('gcc', ['-O2', '-c', 'b.c']);
	farm.run('gcc', ['-O2', '-c', 'a.c'], {env: {SCCACHE_LOG: 'sccache::dist=debug'}});
	farm.write('used.h', 'int used;\n');
	farm.write('e.c', '#include "used.h"\n');
	settle();
	farm.run('gcc', ['-c', 'e.c']);
	farm.write('used.h', 'long used;\n');
	settle();
	farm.run('gcc', ['-c', 'e.c'], {env: {SCCACHE_LOG: 'debug'}});
	const lines = await saidBy(farm);
	t.is(lines.length, 2, lines.join('\n'));
	const [decision = '', later = ''] = lines;
	t.regex(decision, /INFO .* compiled here source=a\.c .* directKey=[0-9a-f]{64} lookup=unknown /);
	t.regex(later, / lookup=filesDiffer nearestDiffersBy="changed .*used\.h" /);
	for (const field of ['outcome=miss', 'compiler=/', 'family=gcc', 'language=c', 'cwd=/']) {
		t.true(decision.includes(` ${field}`), field);
	}
	t.notRegex(lines.join('\n'), /secret/, 'no value of a variable');
});

test('a part is heard by its name, and a pattern picks lines', async t => {
	const farm = await started(t, {SCCACHE_LOG: 'sccache::compile=debug/source=b'});
	for (const name of ['a', 'b']) farm.run('gcc', ['-c', `${name}.c`]);
	const lines = await saidBy(farm);
	t.is(lines.length, 1, lines.join('\n'));
	t.is(about(lines, 'source=b.c').length, 1);
});

test('as JSON, each line is an object, and its time has milliseconds', async t => {
	const farm = await started(t, {SCCACHE_LOG: 'debug', SCCACHE_LOG_FORMAT: 'json'});
	farm.run('gcc', ['-c', 'a.c']);
	const lines = (await saidBy(farm)).map(line => JSON.parse(line));
	const compile = lines.find(
		({target, level}) => target === 'sccache::compile' && level === 'info',
	);
	t.like(compile, {msg: 'compiled here', source: 'a.c', outcome: 'miss', family: 'gcc'});
	t.regex(compile.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('in the journal, lines have their level in front and no time', async t => {
	const script = 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$0"';
	const farm = await started(t, {SCCACHE_LOG: 'debug'}, ['sh', '-c', script]);
	farm.run('gcc', ['-c', 'a.c']);
	farm.run('gcc', ['--version']);
	const lines = await saidBy(farm);
	t.is(lines.filter(line => /^<6>compiled here source=a\.c /.test(line)).length, 1);
	t.is(lines.filter(line => /^<7>no compile reason=/.test(line)).length, 1);
	t.true(
		lines.every(line => /^<[4-7]>/.test(line)),
		lines.join('\n'),
	);
});

test("the journal's stream of somebody else is not this daemon's stderr", async t => {
	const farm = await started(t, {SCCACHE_LOG: 'info', JOURNAL_STREAM: '9:12345'});
	farm.run('gcc', ['-c', 'a.c']);
	t.true((await saidBy(farm)).every(line => line.startsWith('[')));
});

test('what all threads say is said, each line whole', async t => {
	const farm = await started(t, {SCCACHE_LOG: 'info', SCCACHE_WORKERS: '3'});
	for (let round = 0; round < 12; round++) farm.run('gcc', ['-c', 'a.c']);
	const lines = await saidBy(farm);
	t.is(about(lines, 'source=a.c').length, 12, lines.join('\n'));
	t.true(lines.every(line => /^\[[^\]]+ sccache::(?:compile|daemon)\] /.test(line)));
});

test('a daemon that is told to end while its threads still start keeps what it has done', async t => {
	const farm = await started(t, {SCCACHE_LOG: 'info', SCCACHE_WORKERS: '8'});
	farm.run('gcc', ['-c', 'a.c']);
	const lines = await saidBy(farm);
	t.is(about(lines, 'source=a.c').length, 1, lines.join('\n'));
	t.is(about(lines, 'the daemon ends').length, 1);
});

test('a daemon in the background says it to the file of SCCACHE_ERROR_LOG', async t => {
	const farm = await started(t, {});
	await farm.stopDaemon();
	const file = join(farm.root, 'error.log');
	const env = {SCCACHE_ERROR_LOG: file, SCCACHE_LOG: 'info', SCCACHE_LOG_FORMAT: 'nonsense'};
	t.is(farm.sccache(['--start-server'], env).code, 0);
	farm.run('gcc', ['-c', 'a.c']);
	t.is(farm.sccache(['--stop-server']).code, 0);
	const text = readFileSync(file, 'utf8');
	t.regex(text, /WARN .*SCCACHE_LOG_FORMAT is ignored/);
	t.regex(text, /INFO .*compiled here source=a\.c/);
});
