import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {ArchiveCache, type ArchiveCacheOptions} from '../../src/toolchain/archive-cache.js';
import {idOf, noise} from './tar-of.js';
import {tempFolder} from './temp-folder.js';

/** A clock that goes on a second with each look. */
function clock(): () => number {
	let seconds = 1_000_000;
	return () => 1000 * seconds++;
}

async function open(
	t: {teardown(run: () => void): void},
	options: Partial<ArchiveCacheOptions> = {},
): Promise<ArchiveCache> {
	return ArchiveCache.open({folder: tempFolder(t), limitBytes: 3000, now: clock(), ...options});
}

async function put(cache: ArchiveCache, seed: string, sizeBytes = 1000): Promise<string> {
	const bytes = noise(sizeBytes, seed);
	const id = await idOf(bytes);
	await cache.put(async path => {
		writeFileSync(path, bytes);
		return id;
	});
	return id;
}

test('what was put is there under its id, also for another process', async t => {
	const folder = tempFolder(t);
	const cache = await open(t, {folder});
	const id = await put(cache, 'a');
	const held = await (await open(t, {folder})).acquire(id);
	t.is(held?.sizeBytes, 1000);
	t.deepEqual(readFileSync(held?.path ?? ''), noise(1000, 'a'));
	t.is(held?.path, join(folder, id[0] ?? '', id[1] ?? '', id));
	t.is(await cache.acquire('0'.repeat(64)), undefined);
	t.false(cache.has('../../etc/passwd'));
});

test('the archive not used for longest goes first, but never one that is held', async t => {
	const cache = await open(t);
	const a = await put(cache, 'a');
	const b = await put(cache, 'b');
	const c = await put(cache, 'c');
	(await cache.acquire(b))?.release();
	const held = await cache.acquire(a);
	const d = await put(cache, 'd');
	t.deepEqual(
		[a, b, c, d].map(id => cache.has(id)),
		[true, true, false, true],
	);
	const e = await put(cache, 'e');
	t.deepEqual(
		[a, b, d, e].map(id => cache.has(id)),
		[true, false, true, true],
	);
	held?.release();
	held?.release();
	const f = await put(cache, 'f');
	t.deepEqual(
		[a, d, e, f].map(id => cache.has(id)),
		[false, true, true, true],
	);
});

test('an archive over the limit is an error, and nothing of it stays', async t => {
	const cache = await open(t);
	const kept = await put(cache, 'a');
	await t.throwsAsync(put(cache, 'big', 3001), {code: 'TOOLCHAIN_TOO_LARGE'});
	t.false(cache.has(await idOf(noise(3001, 'big'))));
	t.true(cache.has(kept));
});

test('a writer that fails or does not want its archive leaves nothing', async t => {
	const folder = tempFolder(t);
	const cache = await open(t, {folder});
	const failing = cache.put(async path => {
		writeFileSync(path, 'half');
		throw new Error('no more');
	});
	await t.throwsAsync(failing, {message: 'no more'});
	t.is(
		await cache.put(async path => {
			writeFileSync(path, 'unwanted');
			return undefined;
		}),
		undefined,
	);
	t.is(spawnSync('find', [folder, '-type', 'f'], {encoding: 'utf8'}).stdout, '');
});

test('opening removes what a killed process was writing, and nothing else', async t => {
	const folder = tempFolder(t);
	await open(t, {folder});
	const staging = join(folder, 'staging');
	const dead = spawnSync('true');
	writeFileSync(join(staging, `${dead.pid}.1.0-1`), 'half');
	mkdirSync(join(staging, `${dead.pid}.1.0-2/tree`), {recursive: true});
	writeFileSync(join(staging, 'not-ours'), '');
	const started = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ')[19];
	const alive = join(staging, `${process.pid}.${started}.0-999`);
	writeFileSync(alive, 'being written');
	await open(t, {folder});
	t.deepEqual(
		spawnSync('ls', [staging], {encoding: 'utf8'}).stdout.trim().split('\n').sort(),
		[alive.slice(staging.length + 1), 'not-ours'].sort(),
	);
});

test('a folder that can not be written to is an error that says what to do', async t => {
	const file = join(tempFolder(t), 'file');
	writeFileSync(file, '');
	const error = await t.throwsAsync(open(t, {folder: join(file, 'below')}), {
		code: 'TOOLCHAIN_STORE_FAILED',
	});
	t.true(error?.message.includes(file));
	t.false(existsSync(join(file, 'below')));
});
