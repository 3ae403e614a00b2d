import {createHash} from 'node:crypto';
import {crc32} from 'node:zlib';
import {z} from 'zod';
import {AppError} from '../../lib/errors.js';
import {isKey} from '../key-bytes.js';

/**
 * Entries of a cache as one file: a magic with the version of the format, then records. Each is the length and the checksum of its head,
 * the head (JSON), and the entry's blob as it lies in the cache, whose digest is in the head. The last record counts the others.
 */

const magic = Buffer.from('sgcache\x01', 'latin1');
const versionAt = magic.length - 1;
const headPreambleBytes = 8;
/** Far more than sixteen manifests of ten thousand headers each. */
const mostHeadBytes = 256 << 20;

const key = z.string().refine(isKey);
const manifest = z.strictObject({
	resultKey: key,
	includes: z.array(z.strictObject({path: z.string(), digest: z.string()})).readonly(),
	absent: z.array(z.string()).readonly(),
	present: z.array(z.string()).readonly(),
});
const head = z.discriminatedUnion('kind', [
	z.strictObject({
		kind: z.literal('entry'),
		resultKey: key,
		sizeBytes: z.int().nonnegative(),
		/** SHA-256, hex. */
		digest: z.string(),
		/** Beside the one that the blob has itself. */
		manifests: z.array(z.strictObject({directKey: key, manifest})).readonly(),
	}),
	z.strictObject({kind: z.literal('end'), entries: z.int().nonnegative()}),
]);

/** What a blob says of itself, where we did not write it: only its form is known to be right. */
export const foreignFacts = z.object({
	createdMs: z.number(),
	compileMs: z.number(),
	compiler: z.string(),
	language: z.string(),
	package: z.string(),
	directKey: key.optional(),
	manifest: manifest.optional(),
	preprocessedKey: key.optional(),
	sourcesDigest: z.string().optional(),
	unitKeys: z.array(key),
});

type Head = z.infer<typeof head>;
export type EntryHead = Extract<Head, {kind: 'entry'}>;

export function archiveStart(): Buffer {
	return magic;
}

export function entryRecord(
	facts: Pick<EntryHead, 'resultKey' | 'manifests'>,
	blob: Buffer,
): readonly Buffer[] {
	return [
		encodeHead({kind: 'entry', ...facts, sizeBytes: blob.length, digest: digestOf(blob)}),
		blob,
	];
}

export const archiveEnd = (entries: number): Buffer => encodeHead({kind: 'end', entries});

function encodeHead(value: Head): Buffer {
	const text = Buffer.from(JSON.stringify(value));
	const preamble = Buffer.alloc(headPreambleBytes);
	preamble.writeUInt32LE(text.length, 0);
	preamble.writeUInt32LE(crc32(text), 4);
	return Buffer.concat([preamble, text]);
}

/** Bytes of a file; fewer at its end. */
export type ReadAt = (position: number, length: number) => Buffer;

export interface ArchivedEntry {
	readonly head: EntryHead;
	/** Read when it is asked for; undefined: it is not what was written. */
	blob(): Buffer | undefined;
}

/** One entry after the other. Throws CACHE_ARCHIVE_INVALID where the file can't be followed any further. */
export function* readArchive(
	readAt: ReadAt,
	fileBytes: number,
	path: string,
): Iterable<ArchivedEntry> {
	const start = readAt(0, magic.length);
	if (!start.subarray(0, versionAt).equals(magic.subarray(0, versionAt)))
		throw invalid(path, 'it was not made by sccache-gentoo cache export');
	if (start[versionAt] !== magic[versionAt])
		throw invalid(path, `its format is version ${start[versionAt]}, and this program knows 1`);
	let at = magic.length;
	for (let entries = 0; ; entries++) {
		const found = readHead(readAt, at, fileBytes, path);
		at = found.nextAt;
		if (found.head.kind === 'end') {
			if (found.head.entries !== entries || at !== fileBytes)
				throw invalid(path, 'its end is not where it should be');
			return;
		}
		const entry = found.head;
		const blobAt = at;
		at += entry.sizeBytes;
		if (at > fileBytes) throw invalid(path, 'it is cut off');
		yield {
			head: entry,
			blob: () => {
				const bytes = readAt(blobAt, entry.sizeBytes);
				return digestOf(bytes) === entry.digest ? bytes : undefined;
			},
		};
	}
}

function readHead(readAt: ReadAt, at: number, fileBytes: number, path: string) {
	const preamble = readAt(at, headPreambleBytes);
	if (preamble.length < headPreambleBytes) throw invalid(path, 'it is cut off');
	const headBytes = preamble.readUInt32LE(0);
	const nextAt = at + headPreambleBytes + headBytes;
	if (headBytes > mostHeadBytes || nextAt > fileBytes) throw invalid(path, 'it is cut off');
	const text = readAt(at + headPreambleBytes, headBytes);
	if (crc32(text) !== preamble.readUInt32LE(4)) throw invalid(path, 'a checksum is wrong');
	const parsed = head.safeParse(parseJson(text));
	if (!parsed.success) throw invalid(path, 'it holds what this program does not understand');
	return {head: parsed.data, nextAt};
}

function parseJson(text: Buffer): unknown {
	try {
		return JSON.parse(text.toString());
	} catch {
		return undefined;
	}
}

function digestOf(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

function invalid(path: string, why: string): AppError {
	return new AppError('CACHE_ARCHIVE_INVALID', `${path} can't be imported: ${why}`, {
		hint: 'what was imported of it so far is whole, and stays; export it once more',
		fields: {path},
	});
}
