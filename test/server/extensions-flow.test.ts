import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import type {IncomingAnswer} from '../../src/http/client.js';
import {decode} from '../../src/protocol/dist/bincode.js';
import {extensionHeaders} from '../../src/protocol/dist/extensions.js';
import {submitToolchainResponse} from '../../src/protocol/dist/messages.js';
import {until} from '../helpers/until.js';
import {idOf} from '../toolchain/tar-of.js';
import {type PackedToolchain, packGcc} from './gcc-toolchain.js';
import {OwnClient} from './own-client.js';
import {startServer, unable} from './running-server.js';
import {foreignCompiler, smallToolchain} from './small-toolchain.js';
import {Upload} from './upload.js';
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
		const said = JSON.parse(String(answer.headers[extensionHeaders.report]));
		t.true(said.ok && said.actualMs > 1);
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

check(
	titled('of those who send one toolchain at once, one does, and another one when it fails'),
	async t => {
		const server = await startServer(t, {extensions: 1});
		const client = new OwnClient(t, server);
		const half = Math.floor(gcc.archive.length / 2);
		const upload = async (job: number, asks: boolean) =>
			new Upload(server, job, await client.tokenOf(job, gcc.id), asks);
		const broken = await upload(1, false);
		await broken.send(gcc.archive.subarray(0, half));
		const waiting = [await upload(2, true), await upload(3, true), await upload(4, true)];
		await sleep(200);
		t.false(waiting.some(({isToldToSend}) => isToldToSend));
		broken.breakOff();
		await until(() => waiting.some(({isToldToSend}) => isToldToSend));
		const next = waiting.find(({isToldToSend}) => isToldToSend);
		await next?.send(gcc.archive);
		t.is(await next?.finish(), 'Success');
		for (const other of waiting.filter(upload => upload !== next)) {
			t.is(await other.answer(), 'Success');
			t.false(other.isToldToSend);
		}
		t.is(readRun(await client.run(2, gcc.id), 'identity').kind, 'Complete');
	},
);

check(titled('a toolchain that is not what its name says is not kept'), async t => {
	const server = await startServer(t, {extensions: 1});
	const client = new OwnClient(t, server);
	t.is(kindOf(await client.submit(1, gcc.id, gcc.archive.subarray(0, 1000))), 'CannotCache');
	t.is(readRun(await client.run(1, gcc.id), 'identity').kind, 'JobNotFound');
	const noArchive = Buffer.from('no archive');
	t.is(kindOf(await client.submit(2, await idOf(noArchive), noArchive)), 'CannotCache');
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
	titled('a toolchain that is gone when its job comes is asked for, sent again, and used'),
	async t => {
		const server = await startServer(t, {extensions: 1, keys: 'toolchain_cache_size = 1500000'});
		const client = new OwnClient(t, server);
		const program = (n: number) =>
			smallToolchain(`volatile int tag = ${n}; int main(void) { return 0; }`);
		const first = await program(0);
		await client.submit(1, first.id, first.archive);
		t.is(readRun(await client.run(1, first.id), 'identity').kind, 'Complete');
		for (let n = 1; n < 12; n++) {
			const {id, archive} = await program(n);
			t.is(kindOf(await client.submit(10 + n, id, archive)), 'Success');
			t.is(readRun(await client.run(10 + n, id), 'identity').kind, 'Complete');
		}
		const lost = await client.run(2, first.id);
		t.is(readRun(lost, 'identity').kind, 'JobNotFound');
		t.truthy(lost.headers[extensionHeaders.needToolchain]);
		await client.submit(2, first.id, first.archive);
		t.is(readRun(await client.run(2, first.id), 'identity').kind, 'Complete');
	},
);

check(
	titled('a toolchain whose files somebody removed is unpacked again, or asked for'),
	async t => {
		const server = await startServer(t, {extensions: 1});
		const client = new OwnClient(t, server);
		t.is(kindOf(await client.submit(1, gcc.id, gcc.archive)), 'Success');
		t.is(readRun(await client.run(1, gcc.id), 'identity').kind, 'Complete');
		rmSync(join(server.folder, 'build/toolchains', gcc.id), {recursive: true});
		// It is compiled once more, not answered from what is kept.
		const fresh = {headers: {[extensionHeaders.fresh]: '1'}};
		t.is(readRun(await client.run(2, gcc.id, fresh), 'identity').kind, 'Complete');
		rmSync(join(server.folder, 'build/toolchains', gcc.id), {recursive: true});
		rmSync(join(server.folder, 'cache/tc', gcc.id[0] ?? ''), {recursive: true});
		const lost = await client.run(3, gcc.id);
		t.is(readRun(lost, 'identity').kind, 'JobNotFound');
		t.truthy(lost.headers[extensionHeaders.needToolchain]);
		t.is(kindOf(await client.submit(3, gcc.id, gcc.archive)), 'Success');
		t.is(readRun(await client.run(3, gcc.id), 'identity').kind, 'Complete');
	},
);
