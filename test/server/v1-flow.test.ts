import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {type PackedToolchain, packGcc} from './gcc-toolchain.js';
import {schedulerToken, startServer, unable} from './running-server.js';
import {assign, hello, input, run, submit} from './v1-client.js';

/** A server, a scheduler of v1 and a client of v1. */

const why = unable();
const check = why === undefined ? test.serial : test.skip;
const titled = (title: string) => (why === undefined ? title : `${title} (${why})`);
let gcc: PackedToolchain;
if (why === undefined) {
	test.before('gcc is packed', async () => {
		gcc = await packGcc();
	});
}

/** What gcc makes of the same command here. */
function compiledHere(args: readonly string[]): Buffer {
	const folder = mkdtempSync(join(tmpdir(), 'server-local-'));
	try {
		writeFileSync(join(folder, 'hello.i'), hello.bytes);
		execFileSync('gcc', args, {cwd: folder});
		return readFileSync(join(folder, 'hello.o'));
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

check(
	titled('a job is announced, its toolchain sent, and run; the object is a local one'),
	async t => {
		const server = await startServer(t);
		const {scheduler} = server;
		t.deepEqual(await assign(server, 0, gcc.id), {state: {kind: 'Pending'}, needToolchain: true});
		t.is(await submit(server, 0, gcc.archive), 'Success');
		const result = await run(server, 0);
		if (result.kind !== 'Complete') return t.fail(result.kind);
		t.is(result.code, 0, result.stderr);
		const args = ['-x', 'cpp-output', '-c', 'hello.i', '-o', 'hello.o', '-O2'];
		t.deepEqual(result.outputs['/work/hello.o'], compiledHere(args));
		const story = await scheduler.storyOf(0);
		t.deepEqual(
			story.map(({state}) => state),
			['Ready', 'Started', 'Complete'],
		);
		t.deepEqual(await assign(server, 1, gcc.id), {state: {kind: 'Ready'}, needToolchain: false});
		t.is((await run(server, 1)).kind, 'Complete');
		t.deepEqual(
			(await scheduler.storyOf(1)).map(({state}) => state),
			['Started', 'Complete'],
		);
		t.deepEqual([...scheduler.tokens], [`Bearer 127.0.0.1:${server.port} ${schedulerToken}`]);
		t.is(scheduler.heartbeat.jwtKey.length, 32);
		for (const secret of [schedulerToken, await scheduler.token(0)])
			t.false(server.said().includes(secret));
	},
);

check(
	titled('a compile that fails: its code as wait(2) has it, its words as they are'),
	async t => {
		const server = await startServer(t);
		await assign(server, 7, gcc.id);
		await submit(server, 7, gcc.archive);
		const result = await run(server, 7, {inputs: [input('/work/hello.i', 'int x = ;\n')]});
		if (result.kind !== 'Complete') return t.fail(result.kind);
		t.is(result.code, 256);
		t.regex(result.stderr, /hello\.i:1:9: error:/);
		t.deepEqual(result.outputs, {});
	},
);

check(
	titled('a job whose toolchain can not be kept is over: its client compiles at home'),
	async t => {
		const server = await startServer(t);
		await assign(server, 3, gcc.id);
		t.is(await submit(server, 3, gcc.archive.subarray(0, 1000)), 'CannotCache');
		t.is((await server.scheduler.storyOf(3)).at(-1)?.state, 'Complete');
		t.is((await run(server, 3)).kind, 'JobNotFound');
	},
);
