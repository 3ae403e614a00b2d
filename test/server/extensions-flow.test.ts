import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import type {IncomingAnswer} from '../../src/http/client.js';
import {decode} from '../../src/protocol/dist/bincode.js';
import {extensionHeaders} from '../../src/protocol/dist/extensions.js';
import {submitToolchainResponse} from '../../src/protocol/dist/messages.js';
import {type PackedToolchain, packGcc} from './gcc-toolchain.js';
import {OwnClient} from './own-client.js';
import {startServer, unable} from './running-server.js';
import {foreignCompiler, smallToolchain} from './small-toolchain.js';
import {until} from './until.js';
import {assignRequest, input, readRun, send} from './v1-client.js';

/** A server with a scheduler and clients that speak our extensions. */

const why = unable();
const check = why === undefined ? test.serial : test.skip;
const titled = (title: string) => (why === undefined ? title : `${title} (${why})`);
let gcc: PackedToolchain;
if (why === undefined) {
	test.before('gcc is packed', async () => {
		gcc = await packGcc();
	});
}

const kindOf = ({body}: IncomingAnswer) => decode(submitToolchainResponse, body).kind;

check(
	titled('a job that nobody announced: its token is enough, and tells of its toolchain'),
	async t => {
		const server = await startServer(t, {extensions: 1});
		const {scheduler} = server;
		const client = new OwnClient(t, server);
		const early = await client.run(5, gcc.id);
		t.is(readRun(early, 'identity').kind, 'JobNotFound');
		t.truthy(early.headers[extensionHeaders.needToolchain]);
		t.is(kindOf(await client.submit(5, gcc.id, gcc.archive)), 'Success');
		const report = JSON.stringify({predictedMs: 123});
		const answer = await client.run(5, gcc.id, {headers: {[extensionHeaders.report]: report}});
		t.is(answer.headers[extensionHeaders.outputsEncoding], 'identity');
		const result = readRun(answer, 'identity');
		if (result.kind !== 'Complete') return t.fail(result.kind);
		t.is(result.outputs['/work/hello.o']?.toString('latin1', 0, 4), '\x7fELF');
		const last = (await scheduler.storyOf(5)).at(-1)?.report;
		t.is(last?.predictedMs, 123);
		t.true(last?.ok);
		t.true((last?.actualMs ?? 0) > 1);
		await until(() => scheduler.statuses.at(-1)?.toolchains.includes(gcc.id) === true);
		const again = await client.run(5, gcc.id);
		t.is(readRun(again, 'identity').kind, 'JobNotFound', 'a token is good for one run');
		t.is(again.headers[extensionHeaders.needToolchain], undefined);
		const failed = await client.run(6, gcc.id, {inputs: [input('/work/hello.i', 'int x = ;\n')]});
		const failure = readRun(failed, 'identity');
		t.is(failure.kind === 'Complete' && failure.code, 1, 'the plain code');
	},
);

check(titled('of those who send one toolchain at once, one does'), async t => {
	const server = await startServer(t, {extensions: 1});
	const client = new OwnClient(t, server);
	const other = new OwnClient(t, server);
	const slow = client.submit(1, gcc.id, gcc.archive);
	const kinds = await Promise.all([
		slow,
		...[2, 3, 4].map(job => other.submit(job, gcc.id, gcc.archive)),
	]);
	t.deepEqual(kinds.map(kindOf), ['Success', 'Success', 'Success', 'Success']);
	// An archive that is no such thing: whoever is answered without being read is not found out.
	t.is(kindOf(await other.submit(9, gcc.id, Buffer.from('something else'))), 'Success');
	t.is(readRun(await client.run(2, gcc.id), 'identity').kind, 'Complete');
});

check(titled('a toolchain that is not what its name says is not kept'), async t => {
	const server = await startServer(t, {extensions: 1});
	const client = new OwnClient(t, server);
	t.is(kindOf(await client.submit(1, gcc.id, gcc.archive.subarray(0, 1000))), 'CannotCache');
	t.is(readRun(await client.run(1, gcc.id), 'identity').kind, 'JobNotFound');
	t.is(kindOf(await client.submit(1, gcc.id, gcc.archive)), 'Success');
	t.is(readRun(await client.run(1, gcc.id), 'identity').kind, 'Complete');
});

check(
	titled('a toolchain for another CPU is refused with its reason, and not tried again'),
	async t => {
		const server = await startServer(t, {extensions: 1});
		const {scheduler} = server;
		const client = new OwnClient(t, server);
		const foreign = await smallToolchain(foreignCompiler);
		t.is(kindOf(await client.submit(1, foreign.id, foreign.archive)), 'Success');
		for (const job of [1, 2]) {
			const {status, body} = await client.run(job, foreign.id);
			t.is(status, 500);
			t.regex(JSON.parse(body.toString()).description, /does not run here.*SIGILL/);
		}
		await until(() => /SIGILL/.test(scheduler.statuses.at(-1)?.refused[foreign.id] ?? ''));
		t.false(scheduler.statuses.at(-1)?.toolchains.includes(foreign.id));
		t.is(server.said().match(/a toolchain is refused/g)?.length, 1);
		const [told] = await scheduler.storyOf(1);
		t.is(told?.report.ok, undefined, 'no fault of the server');
		// A scheduler of v1 is told, too.
		const assigned = await send(server, assignRequest(3, await scheduler.token(3), foreign.id));
		t.is(assigned.status, 500);
		t.regex(assigned.body.toString(), /SIGILL/);
	},
);

check(
	titled('a toolchain that is lost between being sent and being used is asked for again'),
	async t => {
		const small = await smallToolchain('int main(void) { return 0; }');
		const server = await startServer(t, {extensions: 1, keys: 'toolchain_cache_size = 3000000'});
		const client = new OwnClient(t, server);
		const others = await Promise.all(
			[1, 2, 3, 4, 5, 6, 7, 8, 9].map(n => smallToolchain(`int main(void) { return ${n} * 0; }`)),
		);
		t.is(kindOf(await client.submit(1, small.id, small.archive)), 'Success');
		const {rmSync} = await import('node:fs');
		await sleep(500);
		rmSync(`${server.folder}/cache/tc/${small.id[0]}/${small.id[1]}/${small.id}`);
		for (const [n, {id, archive}] of others.entries()) await client.submit(10 + n, id, archive);
		t.is(readRun(await client.run(1, small.id), 'identity').kind, 'Complete', 'unpacked is enough');
	},
);
