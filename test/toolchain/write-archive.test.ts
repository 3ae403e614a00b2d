import {spawnSync} from 'node:child_process';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readFileSync,
	realpathSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import {ArchiveTree} from '../../src/toolchain/archive-tree.js';
import {gzip} from '../../src/toolchain/parallel-gzip.js';
import {unpack, usualUnpackLimits} from '../../src/toolchain/unpack.js';
import {writeArchive} from '../../src/toolchain/write-archive.js';
import {noise} from './tar-of.js';
import {tempFolder} from './temp-folder.js';

async function* inPieces(pieces: readonly Buffer[]): AsyncGenerator<Buffer, void> {
	yield* pieces;
}

async function whole(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
	const all: Buffer[] = [];
	for await (const chunk of chunks) all.push(chunk);
	return Buffer.concat(all);
}

test('pieces compressed side by side are one gzip member with the right checksum', async t => {
	const holds = fc.assert(
		fc.asyncProperty(fc.array(fc.uint8Array({minLength: 1, maxLength: 70_000})), async arrays => {
			const pieces = arrays.map(array => Buffer.from(array));
			const zipped = await whole(gzip(inPieces(pieces), 1));
			const {status, stdout} = spawnSync('gzip', ['-dc'], {
				input: zipped,
				maxBuffer: 64 * 1024 ** 2,
			});
			// Its last eight bytes count all of it: there is no second member.
			const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
			return (
				status === 0 &&
				stdout.equals(Buffer.concat(pieces)) &&
				gunzipSync(zipped).equals(stdout) &&
				zipped.readUInt32LE(zipped.length - 4) === length
			);
		}),
		{numRuns: 20},
	);
	await t.notThrowsAsync(holds);
});

interface Host {
	readonly folder: string;
	readonly tree: ArchiveTree;
}

/** A host whose files have this age and mode. */
async function host(
	t: {teardown(run: () => void): void},
	seconds: number,
	mode: number,
): Promise<Host> {
	const folder = realpathSync(tempFolder(t));
	const deep = join(folder, 'd'.repeat(120), 'e'.repeat(120));
	mkdirSync(deep, {recursive: true});
	const long = join(deep, 'f'.repeat(120));
	writeFileSync(long, noise(3 * 1024 ** 2 + 17, 'long'));
	writeFileSync(join(folder, 'empty'), '');
	symlinkSync(join('d'.repeat(120), 'e'.repeat(120), 'f'.repeat(120)), join(folder, 'link'));
	for (const path of [long, join(folder, 'empty')]) {
		chmodSync(path, mode);
		utimesSync(path, seconds, seconds);
	}
	const tree = new ArchiveTree();
	for (const name of ['link', 'empty']) await tree.add(join(folder, name));
	return {folder, tree};
}

test('names over a hundred bytes, empty files and contents come out as they went in', async t => {
	const {folder, tree} = await host(t, 1_000_000, 0o700);
	const file = join(tempFolder(t), 'a.tar.gz');
	const {id, sizeBytes} = await writeArchive(tree.entries(), file);
	t.is(readFileSync(file).length, sizeBytes);
	const out = tempFolder(t);
	await unpack({archive: file, id, folder: out, limits: usualUnpackLimits});
	const byTar = tempFolder(t);
	t.is(spawnSync('tar', ['xzf', file, '-C', byTar]).status, 0);
	t.is(spawnSync('diff', ['-r', '--no-dereference', out, byTar]).status, 0);
	t.deepEqual(readFileSync(join(out, folder, 'link')), noise(3 * 1024 ** 2 + 17, 'long'));
	t.is(readFileSync(join(out, folder, 'empty')).length, 0);
});

test('age, owner and the finer points of modes are not in the archive', async t => {
	const one = await host(t, 1_000_000, 0o700);
	const first = join(tempFolder(t), 'a');
	const before = await writeArchive(one.tree.entries(), first);
	for (const entry of one.tree.entries()) {
		if (entry.kind !== 'file' || !entry.path.startsWith(one.folder)) continue;
		utimesSync(entry.path, 2_000_000, 2_000_000);
		chmodSync(entry.path, 0o755);
	}
	const again = new ArchiveTree();
	for (const name of ['empty', 'link']) await again.add(join(one.folder, name));
	const after = await writeArchive(again.entries(), join(tempFolder(t), 'b'));
	t.is(after.id, before.id);
});

test('a file that changes while it is packed is an error, and leaves no archive', async t => {
	const {folder, tree} = await host(t, 1_000_000, 0o644);
	const entries = tree.entries();
	writeFileSync(join(folder, 'empty'), 'no more');
	const file = join(tempFolder(t), 'a');
	await t.throwsAsync(writeArchive(entries, file), {
		code: 'TOOLCHAIN_UNPACKABLE',
		message: /empty changed/,
	});
	t.false(existsSync(file));
});
