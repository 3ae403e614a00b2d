import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, request} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import test, {type ExecutionContext} from 'ava';
import {ArchiveCache} from '../../src/toolchain/archive-cache.js';
import {usualUnpackLimits} from '../../src/toolchain/unpack.js';
import {UnpackedStore} from '../../src/toolchain/unpacked-store.js';
import {archiveOf, noise} from './tar-of.js';
import {tempFolder} from './temp-folder.js';

interface Options {
	readonly folder?: string;
	readonly limitBytes?: number;
	readonly archiveLimitBytes?: number;
	readonly bootId?: string;
	readonly beforeRemoval?: (folder: string) => Promise<void>;
}

async function open(
	t: ExecutionContext,
	{
		folder = tempFolder(t),
		limitBytes = 1e6,
		archiveLimitBytes = 1e6,
		bootId = 'b1',
		beforeRemoval = async () => {},
	}: Options = {},
): Promise<UnpackedStore> {
	const archives = await ArchiveCache.open({
		folder: join(folder, 'tc'),
		limitBytes: archiveLimitBytes,
		now: Date.now,
	});
	const unpackLimits = usualUnpackLimits;
	return UnpackedStore.open({
		folder: join(folder, 'toolchains'),
		archives,
		limitBytes,
		unpackLimits,
		bootId,
		beforeRemoval,
	});
}

interface Archive {
	readonly id: string;
	readonly bytes: Buffer;
}

async function archive(t: ExecutionContext, name: string, sizeBytes = 1000): Promise<Archive> {
	const file = join(tempFolder(t), 'archive');
	const id = await archiveOf(file, [{path: 'usr/bin/gcc', content: noise(sizeBytes, name)}]);
	return {id, bytes: readFileSync(file)};
}

async function* streamOf(bytes: Buffer): AsyncGenerator<Buffer> {
	for (let at = 0; at < bytes.length; at += 100) {
		await new Promise(resolve => setImmediate(resolve));
		yield bytes.subarray(at, at + 100);
	}
}

test('what is received is unpacked once for all who ask at once, and again found by the next process', async t => {
	const folder = tempFolder(t);
	const store = await open(t, {folder});
	const {id, bytes} = await archive(t, 'a');
	t.false(store.has(id));
	t.is(await store.receive(id, streamOf(bytes)), 'ok');
	t.true(store.has(id));
	const held = await Promise.all([store.acquire(id), store.acquire(id), store.acquire(id)]);
	t.is(new Set(held.map(one => one.folder)).size, 1);
	const gcc = join(held[0]?.folder ?? '', 'usr/bin/gcc');
	t.deepEqual(readFileSync(gcc), noise(1000, 'a'));
	for (const one of held) one.release();
	writeFileSync(join(held[0]?.folder ?? '', 'mark'), '');
	const next = await open(t, {folder});
	t.deepEqual(next.unpacked(), [id]);
	const again = await next.acquire(id);
	t.true(existsSync(join(again.folder, 'mark')));
});

test('what was unpacked before the machine started anew is unpacked again', async t => {
	const folder = tempFolder(t);
	const store = await open(t, {folder});
	const {id, bytes} = await archive(t, 'a');
	await store.receive(id, streamOf(bytes));
	const {folder: unpacked} = await store.acquire(id);
	writeFileSync(join(unpacked, 'usr/bin/gcc'), 'lost by a power cut');
	const next = await open(t, {folder, bootId: 'b2'});
	t.deepEqual(next.unpacked(), []);
	const again = await next.acquire(id);
	t.deepEqual(readFileSync(join(again.folder, 'usr/bin/gcc')), noise(1000, 'a'));
});

test('what nobody knows when it was unpacked is unpacked again, too', async t => {
	const folder = tempFolder(t);
	const store = await open(t, {folder});
	const {id, bytes} = await archive(t, 'a');
	await store.receive(id, streamOf(bytes));
	(await store.acquire(id)).release();
	rmSync(join(folder, 'toolchains/boot'));
	const next = await open(t, {folder});
	t.deepEqual(next.unpacked(), []);
	const place = join(folder, 'toolchains', id, 'somebody else put this here');
	mkdirSync(place, {recursive: true});
	const again = await next.acquire(id);
	t.deepEqual(readdirSync(again.folder), ['usr']);
});

test('many who send the same toolchain at once send it once', async t => {
	const store = await open(t);
	const {id, bytes} = await archive(t, 'a');
	let read = 0;
	const counted = async function* () {
		for await (const chunk of streamOf(bytes)) {
			read += chunk.length;
			yield chunk;
		}
	};
	const outcomes = await Promise.all([1, 2, 3, 4].map(() => store.receive(id, counted())));
	t.deepEqual(outcomes, ['ok', 'ok', 'ok', 'ok']);
	t.is(read, bytes.length);
	t.is(await store.receive(id, counted()), 'ok');
	t.is(read, bytes.length);
});

test('when the first who sends breaks off, the next one takes over', async t => {
	const store = await open(t);
	const {id, bytes} = await archive(t, 'a');
	const broken = async function* () {
		yield bytes.subarray(0, 50);
		throw Object.assign(new Error('read ECONNRESET'), {code: 'ECONNRESET'});
	};
	const [first, second] = await Promise.allSettled([
		store.receive(id, broken()),
		store.receive(id, streamOf(bytes)),
	]);
	t.is(first.status === 'rejected' ? first.reason.code : '', 'ECONNRESET');
	t.deepEqual(second, {status: 'fulfilled', value: 'ok'});
	(await store.acquire(id)).release();
});

test('a wrong digest and a too large archive are told, and nothing of them stays', async t => {
	const folder = tempFolder(t);
	const store = await open(t, {folder, archiveLimitBytes: 2000});
	const {id, bytes} = await archive(t, 'a');
	const wrong = 'f'.repeat(64);
	t.is(await store.receive(wrong, streamOf(bytes)), 'mismatch');
	t.false(store.has(wrong));
	t.false(store.has(id));
	const large = await archive(t, 'large', 5000);
	t.is(await store.receive(large.id, streamOf(large.bytes)), 'tooLarge');
	t.deepEqual(readdirSync(join(folder, 'tc')), ['staging']);
	t.deepEqual(readdirSync(join(folder, 'tc/staging')), []);
	await t.throwsAsync(store.acquire(large.id), {code: 'TOOLCHAIN_MISSING'});
	t.is(await store.receive(id, streamOf(bytes)), 'ok');
});

test('a connection still takes the answer when what it sends is too large', async t => {
	const store = await open(t, {archiveLimitBytes: 2000});
	const {id, bytes} = await archive(t, 'large', 500_000);
	const server = createServer((incoming, response) => {
		store.receive(id, incoming).then(outcome => response.end(outcome), t.fail);
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.teardown(() => server.close());
	const {port} = server.address() as AddressInfo;
	const said = await new Promise<string>((resolve, reject) => {
		const sent = request({port, method: 'POST', host: '127.0.0.1'}, async response => {
			let text = '';
			for await (const chunk of response) text += chunk;
			resolve(text);
			sent.destroy();
		});
		sent.on('error', reject);
		Readable.from(streamOf(bytes)).pipe(sent);
	});
	t.is(said, 'tooLarge');
});

test('an archive that is refused goes, so that it can be received again', async t => {
	const folder = tempFolder(t);
	const store = await open(t, {folder});
	const file = join(folder, 'hostile');
	const id = await archiveOf(file, [{path: '../../escaped', content: 'out'}]);
	t.is(await store.receive(id, streamOf(readFileSync(file))), 'ok');
	const asked = await Promise.allSettled([store.acquire(id), store.acquire(id)]);
	for (const {status} of asked) t.is(status, 'rejected');
	t.false(store.has(id));
	t.false(existsSync(join(folder, 'escaped')));
	t.deepEqual(readdirSync(join(folder, 'toolchains/staging')), []);
});

test('an archive that was damaged on the disk is noticed and received again', async t => {
	const folder = tempFolder(t);
	const store = await open(t, {folder});
	const {id, bytes} = await archive(t, 'a');
	await store.receive(id, streamOf(bytes));
	const damaged = Buffer.from(bytes);
	damaged.fill(0x55, 300, 400);
	writeFileSync(join(folder, 'tc', id[0] ?? '', id[1] ?? '', id), damaged);
	await t.throwsAsync(store.acquire(id), {code: 'TOOLCHAIN_INVALID'});
	t.false(store.has(id));
	t.is(await store.receive(id, streamOf(bytes)), 'ok');
	(await store.acquire(id)).release();
});

test('over the limit the toolchain not used for longest goes, never one that is held', async t => {
	const folder = tempFolder(t);
	const store = await open(t, {folder, limitBytes: 2500});
	const all = await Promise.all(['a', 'b', 'c', 'd'].map(name => archive(t, name)));
	for (const {id, bytes} of all) await store.receive(id, streamOf(bytes));
	const [a, b, c, d] = all.map(({id}) => id) as [string, string, string, string];
	const held = await store.acquire(a);
	(await store.acquire(b)).release();
	(await store.acquire(c)).release();
	t.deepEqual(store.unpacked(), [a, c]);
	t.true(existsSync(join(held.folder, 'usr/bin/gcc')));
	held.release();
	(await store.acquire(d)).release();
	t.deepEqual(store.unpacked(), [c, d]);
	t.false(existsSync(held.folder));
	(await store.acquire(a)).release();
	t.deepEqual(store.unpacked(), [d, a]);
});

test('what is removed while it is held goes when it is released', async t => {
	const store = await open(t);
	const {id, bytes} = await archive(t, 'a');
	await store.receive(id, streamOf(bytes));
	const held = await store.acquire(id);
	await store.remove(id);
	t.false(store.has(id));
	t.true(existsSync(join(held.folder, 'usr/bin/gcc')));
	await t.throwsAsync(store.acquire(id), {code: 'TOOLCHAIN_MISSING'});
	held.release();
	t.false(existsSync(held.folder));
	t.is(await store.receive(id, streamOf(bytes)), 'ok');
	(await store.acquire(id)).release();
});

test('what somebody else removed is unpacked again, or asked for', async t => {
	const folder = tempFolder(t);
	const told: string[] = [];
	const store = await open(t, {folder, beforeRemoval: async gone => void told.push(gone)});
	const {id, bytes} = await archive(t, 'a');
	await store.receive(id, streamOf(bytes));
	const held = await store.acquire(id);
	rmSync(held.folder, {recursive: true});
	t.deepEqual(store.unpacked(), []);
	const [again, other] = await Promise.all([store.acquire(id), store.acquire(id)]);
	t.deepEqual(readFileSync(join(again.folder, 'usr/bin/gcc')), noise(1000, 'a'));
	t.deepEqual(told, [held.folder], 'nothing of what is prepared with it can be used');
	for (const one of [held, again, other]) one.release();
	for (const all of ['tc', 'toolchains']) rmSync(join(folder, all), {recursive: true});
	t.false(store.has(id));
	await t.throwsAsync(store.acquire(id), {code: 'TOOLCHAIN_MISSING'});
	t.is(await store.receive(id, streamOf(bytes)), 'ok');
	(await store.acquire(id)).release();
});

test('what somebody else removed does not stop others from being removed', async t => {
	const store = await open(t, {limitBytes: 1500});
	const all = await Promise.all(['a', 'b'].map(name => archive(t, name)));
	for (const {id, bytes} of all) await store.receive(id, streamOf(bytes));
	const [a, b] = all.map(({id}) => id) as [string, string];
	const held = await store.acquire(a);
	held.release();
	rmSync(held.folder, {recursive: true});
	(await store.acquire(b)).release();
	t.deepEqual(store.unpacked(), [b]);
});

test('opening sweeps what a killed process left, and nothing that it did not make', async t => {
	const folder = tempFolder(t);
	await open(t, {folder});
	const place = join(folder, 'toolchains');
	mkdirSync(join(place, 'staging/999999999.1.0-1/usr'), {recursive: true});
	mkdirSync(join(place, 'of-somebody-else'));
	writeFileSync(join(place, 'notes.txt'), '');
	await open(t, {folder, bootId: 'b2'});
	t.deepEqual(readdirSync(place).sort(), ['boot', 'notes.txt', 'of-somebody-else', 'staging']);
	t.deepEqual(readdirSync(join(place, 'staging')), []);
});
