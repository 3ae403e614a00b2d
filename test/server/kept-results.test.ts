import {createHash} from 'node:crypto';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {extensionHeaders, type JobReport} from '../../src/protocol/dist/extensions.js';
import {jobDigest, resultHint, unpackHints} from '../../src/protocol/dist/job-digest.js';
import {until} from '../helpers/until.js';
import {type PackedToolchain, packGcc} from './gcc-toolchain.js';
import {OwnClient, type OwnRun} from './own-client.js';
import {type RunningServer, startServer, unable} from './running-server.js';
import {smallToolchain} from './small-toolchain.js';
import {assign, input, provide, readRun, run} from './v1-client.js';

/** A build server answers what it has compiled before from what it kept. */

const why = unable();
const check = why === undefined ? test.serial : test.skip;
const titled = (title: string) => (why === undefined ? title : `${title} (${why})`);
let gcc: PackedToolchain;
let slow: PackedToolchain;
if (why === undefined) {
	test.before('toolchains are packed', async () => {
		gcc = await packGcc();
		slow = await smallToolchain(slowCompiler);
	});
}

/** Takes a second for `slow`, and says something else each time. */
const slowCompiler = `
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
int main(int argc, char **argv) {
	struct timespec now;
	if (argc > 1 && !strcmp(argv[1], "slow")) sleep(1);
	clock_gettime(CLOCK_REALTIME, &now);
	printf("%ld.%09ld", now.tv_sec, now.tv_nsec);
	return 0;
}`;

async function serverWith(
	t: Parameters<typeof startServer>[0],
	toolchain: PackedToolchain,
	keys = '',
) {
	const server = await startServer(t, {extensions: 1, keys});
	const client = new OwnClient(t, server);
	await client.submit(1, toolchain.id, toolchain.archive);
	let job = 1;
	const compile = async (how: OwnRun = {}) => {
		const answer = await client.run(++job, toolchain.id, how);
		const result = readRun(answer, 'identity');
		if (result.kind !== 'Complete') throw new Error(result.kind);
		const report: JobReport = JSON.parse(String(answer.headers[extensionHeaders.report]));
		return {...result, job, isCached: report.cached === true, isKept: report.kept === true};
	};
	/** The next job will be found. */
	const landed = (count = 1) => until(() => keptFiles(server).length === count);
	return {server, client, compile, landed};
}

function keptFiles({folder}: RunningServer): readonly string[] {
	const results = join(folder, 'cache/results');
	return readdirSync(results, {recursive: true, encoding: 'utf8'})
		.filter(name => /^..\/.{81}$/.test(name))
		.map(name => join(results, name));
}

const header = input('/work/value.h', '#define VALUE 42\n');
const source = input('/work/value.c', '#include "value.h"\nint value = VALUE;\n');
const value: OwnRun = {
	args: ['-c', 'value.c', '-o', 'value.o'],
	inputs: [header, source],
	// Without any to search, GCC ends with an error.
	folders: ['/usr/include'],
	outputs: ['/work/value.o'],
	env: [['LC_ALL', 'C']],
};

check(
	titled('the same job is compiled once; one that differs in anything is compiled'),
	async t => {
		const {server, client, compile, landed} = await serverWith(t, gcc);
		const first = await compile(value);
		t.like(first, {code: 0, isCached: false, isKept: true});
		await landed();
		const second = await compile(value);
		t.like(second, {code: 0, isCached: true, isKept: true});
		t.deepEqual(second.outputs, first.outputs);
		// Touched, and nothing sees that.
		const touched = [header, {...source, mtimeS: 2e9}];
		t.true((await compile({...value, inputs: touched})).isCached);
		const others: readonly OwnRun[] = [
			{...value, args: [...(value.args ?? []), '-g']},
			{...value, inputs: [input('/work/value.h', '#define VALUE 43\n'), source]},
			{...value, inputs: [header, source, input('/work/other.h', '')]},
			{
				...value,
				env: [
					['LC_ALL', 'C'],
					['SOURCE_DATE_EPOCH', '1'],
				],
			},
			{...value, executable: '/usr/bin/cc'},
			{...value, cwd: '/elsewhere', args: ['-c', '/work/value.c', '-o', '/work/value.o']},
		];
		for (const other of others) {
			t.like(await compile(other), {code: 0, isCached: false, isKept: true}, JSON.stringify(other));
		}
		const {report} = (await server.scheduler.storyOf(second.job)).at(-1) ?? {};
		t.like(report, {ok: true, cached: true, kept: true});
		await landed(1 + others.length);
		const metrics = await client.metrics();
		t.regex(metrics, /^sccache_server_result_hits_total\{source="stored"\} 2$/m);
		t.regex(metrics, /^sccache_server_results 7$/m);
		const fresh = await compile({...value, headers: {[extensionHeaders.fresh]: '1'}});
		t.like(fresh, {code: 0, isCached: false, isKept: true});
	},
);

check(titled('what is not sure to come out the same is compiled each time'), async t => {
	const {server, compile, landed} = await serverWith(t, gcc);
	const of = (text: string): OwnRun => ({...value, inputs: [header, input('/work/value.c', text)]});
	for (const [how, code] of [
		[of('const char *when = __TIME__;\n'), 0],
		[of('const char *when = __DATE__;\n'), 0],
		[of('int broken = ;\n'), 1],
		[{...value, args: ['-march=native', ...(value.args ?? [])]}, 0],
	] as const) {
		for (const _ of [1, 2]) t.like(await compile(how), {code, isCached: false, isKept: false});
	}
	t.deepEqual(keptFiles(server), []);
	const stamped = of('const char *when = __TIMESTAMP__;\n');
	const objects = [await compile(stamped)];
	await landed();
	const [, text] = stamped.inputs ?? [];
	if (text === undefined) throw new Error('there is a source');
	objects.push(await compile({...stamped, inputs: [header, {...text, mtimeS: 2e9}]}));
	t.deepEqual(
		objects.map(({isCached}) => isCached),
		[false, false],
	);
	t.notDeepEqual(objects[0]?.outputs, objects[1]?.outputs);
});

check(titled('a result outlasts the server; a damaged one is compiled again'), async t => {
	const {server, compile, landed} = await serverWith(t, gcc);
	const first = await compile(value);
	await landed();
	await server.restart();
	const second = await compile(value);
	t.like(second, {isCached: true});
	t.deepEqual(second.outputs, first.outputs);
	const [file = ''] = keptFiles(server);
	const bytes = readFileSync(file);
	bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1;
	writeFileSync(file, bytes);
	const third = await compile(value);
	t.like(third, {code: 0, isCached: false});
	t.deepEqual(third.outputs, first.outputs);
	t.regex(server.said(), /a kept result is damaged/);
	await landed();
	t.true((await compile(value)).isCached);
});

check(titled('identical jobs in flight run once, and those that wait take no slot'), async t => {
	const {server, compile} = await serverWith(t, slow, 'max_jobs = 1');
	const how: OwnRun = {args: ['slow'], outputs: []};
	const begun = compile(how);
	await until(() => server.scheduler.statuses.at(-1)?.running === 1);
	// With one slot a server has room for two jobs: the third would be refused.
	const others = [compile(how), compile(how)];
	const first = await begun;
	for (const other of await Promise.all(others)) {
		t.is(other.stdout, first.stdout);
		t.true(other.isCached);
	}
});

check(titled('when the first of identical jobs is given up, the others run'), async t => {
	const {server, client, compile} = await serverWith(t, slow, 'max_jobs = 4');
	const how: OwnRun = {args: ['slow'], outputs: []};
	const gone = new AbortController();
	const first = client.run(100, slow.id, {...how, signal: gone.signal});
	await until(() => server.scheduler.statuses.at(-1)?.running === 1);
	const others = [compile(how), compile(how)];
	await new Promise(resolve => setTimeout(resolve, 200));
	gone.abort();
	await t.throwsAsync(first);
	for (const {code, isCached} of await Promise.all(others)) {
		t.is(code, 0);
		t.false(isCached);
	}
});

check(titled('a client of v1 is answered from what is kept, as well'), async t => {
	const server = await startServer(t);
	await provide(server, gcc);
	const results = [];
	for (const job of [1, 2]) {
		await assign(server, job, gcc.id);
		results.push(await run(server, job));
		await until(() => keptFiles(server).length === 1);
	}
	t.deepEqual(results[1], results[0]);
	t.is(server.said().match(/"?source"?[=:]"?stored/g)?.length, 1);
});

check(titled('with result_cache_size = 0 nothing is kept'), async t => {
	const {server, compile} = await serverWith(t, gcc, 'result_cache_size = 0');
	for (const _ of [1, 2]) t.like(await compile(value), {isCached: false, isKept: false});
	t.is(server.scheduler.statuses.at(-1)?.results, undefined);
});

check(
	titled('the scheduler is told which results are there, by the hint that a client knows'),
	async t => {
		const {server, client, landed} = await serverWith(t, gcc);
		await client.run(2, gcc.id, value);
		await landed();
		await server.restart();
		const told = () => server.scheduler.statuses.findLast(({results}) => results !== undefined);
		await until(() => told()?.results !== '');
		const digest = jobDigest({
			toolchain: gcc.id,
			request: {
				command: {
					executable: '/usr/bin/gcc',
					arguments: value.args ?? [],
					envVars: value.env ?? [],
					cwd: '/work',
				},
				outputs: value.outputs ?? [],
			},
			files: (value.inputs ?? []).map(({path, mode, bytes}) => ({
				path,
				mode,
				digest: createHash('sha256').update(bytes).digest('hex'),
			})),
			folders: value.folders ?? [],
		});
		t.deepEqual(unpackHints(told()?.results ?? ''), [resultHint(digest)]);
	},
);
