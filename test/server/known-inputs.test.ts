import {createHash} from 'node:crypto';
import test from 'ava';
import {encode} from '../../src/protocol/dist/bincode.js';
import {extensionHeaders} from '../../src/protocol/dist/extensions.js';
import {inputReferences} from '../../src/protocol/dist/input-reference.js';
import {encodeInputs, type InputFile} from '../../src/protocol/dist/inputs-tar.js';
import {KnownInputs} from '../../src/server/known-inputs.js';
import {type PackedToolchain, packGcc} from './gcc-toolchain.js';
import {OwnClient} from './own-client.js';
import {startServer, unable} from './running-server.js';
import {input, readRun} from './v1-client.js';

/** Inputs that came before are named by their digests. */

const why = unable();
const check = why === undefined ? test.serial : test.skip;
const titled = (title: string) => (why === undefined ? title : `${title} (${why})`);
let gcc: PackedToolchain;
if (why === undefined) {
	test.before('gcc is packed', async () => {
		gcc = await packGcc();
	});
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
const header = input('/work/value.h', '#define VALUE 42\n');
const source = input('/work/value.c', '#include "value.h"\nint value = VALUE;\n');
const compile = {
	args: ['-c', 'value.c', '-o', 'value.o'],
	outputs: ['/work/value.o'],
};

/** The body's references and archive, in the place of the archive. */
function parts(known: readonly InputFile[], sent: readonly InputFile[]) {
	const references = encode(
		inputReferences,
		known.map(({path, mode, mtimeS, bytes}) => ({
			path: Buffer.from(path, 'latin1'),
			mode,
			mtimeS,
			digest: sha256(bytes),
		})),
	);
	return {
		archive: Buffer.concat([references, ...encodeInputs({files: sent, folders: ['/usr/include']})]),
		headers: {[extensionHeaders.inputsKnown]: String(references.length)},
	};
}

check(titled('a header crosses the network once, and is where and as each job says'), async t => {
	const server = await startServer(t, {extensions: 1});
	const client = new OwnClient(t, server);
	await client.run(1, gcc.id);
	await client.submit(1, gcc.id, gcc.archive);
	const early = await client.run(2, gcc.id, {...compile, ...parts([header], [source])});
	t.is(readRun(early, 'identity').kind, 'JobNotFound');
	t.truthy(early.headers[extensionHeaders.needInputs]);
	t.is(early.headers[extensionHeaders.needToolchain], undefined);

	const objectOf = async (job: number, known: readonly InputFile[], sent: readonly InputFile[]) => {
		const answer = await client.run(job, gcc.id, {...compile, ...parts(known, sent)});
		const result = readRun(answer, 'identity');
		if (result.kind !== 'Complete') throw new Error(result.kind);
		t.is(result.code, 0, result.stderr.toString());
		return result.outputs['/work/value.o'];
	};
	// The same job: being asked for inputs does not end it.
	const whole = await objectOf(2, [], [header, source]);
	t.truthy(whole);
	t.deepEqual(await objectOf(3, [header], [source]), whole);
	t.deepEqual(await objectOf(4, [header, source], []), whole);

	const other = input('/work/value.h', '#define VALUE 43\n');
	const changed = await objectOf(5, [source], [other]);
	t.notDeepEqual(changed, whole);
	t.deepEqual(await objectOf(6, [other, source], []), changed);
	t.deepEqual(await objectOf(7, [header, source], []), whole);
});

check(titled('references that lead outside, are damaged or too large are refused'), async t => {
	const server = await startServer(t, {extensions: 1});
	const client = new OwnClient(t, server);
	await client.run(1, gcc.id);
	await client.submit(1, gcc.id, gcc.archive);
	await client.run(1, gcc.id, {...compile, ...parts([], [header, source])});
	const outside = {...header, path: '/work/../../value.h'};
	const {status} = await client.run(2, gcc.id, {...compile, ...parts([outside], [source])});
	t.is(status, 400);
	for (const [job, inputsKnown] of [
		[3, '7'],
		[4, '-1'],
		[5, '99999999'],
	] as const) {
		const sent = parts([header], [source]);
		const headers = {[extensionHeaders.inputsKnown]: inputsKnown};
		t.is((await client.run(job, gcc.id, {...compile, ...sent, headers})).status, 400);
	}
});

test('what is kept has the digest of its content, and the least lately used goes', t => {
	const known = new KnownInputs(10_000);
	const one = Buffer.from('one'.repeat(1000));
	const two = Buffer.from('two'.repeat(1000));
	known.keep(one);
	t.deepEqual(known.find(sha256(one)), one);
	t.is(known.find(sha256(two)), undefined);
	const kept = known.find(sha256(one));
	one.fill(0);
	t.is(kept?.toString('latin1', 0, 3), 'one', 'not a view of the body');
	for (let index = 0; index < 5; index++) known.keep(Buffer.alloc(3000, index));
	t.is(known.find(sha256(Buffer.from('one'.repeat(1000)))), undefined);
});
