import {crc32, deflateRawSync, inflateRawSync} from 'node:zlib';
import type {Entry, EntryFacts, Manifest, Member, StoredEntry} from './store.js';

/**
 * One entry as bytes: magic, length and checksum of the header, the header (JSON), the members' bytes, the facts (deflated JSON).
 * Every byte is under a checksum or has only one right value.
 */

const magic = Buffer.from('sgblob\0\x01', 'latin1');
const preambleBytes = magic.length + 8;
/** Deflate's fastest: the facts are written with every entry and read when the index is rebuilt. */
const factsLevel = 1;

interface MemberHeader {
	readonly name: string;
	readonly mode: number;
	readonly size: number;
	readonly crc: number;
}

interface Header {
	readonly resultKey: string;
	readonly compileMs: number;
	readonly sourcesDigest: string | undefined;
	readonly members: readonly MemberHeader[];
	readonly factsSize: number;
	readonly factsCrc: number;
}

export function encodeBlob({resultKey, facts, members}: Entry): readonly Buffer[] {
	const tail = deflateRawSync(JSON.stringify(facts), {level: factsLevel});
	const header: Header = {
		resultKey,
		compileMs: facts.compileMs,
		sourcesDigest: facts.sourcesDigest,
		members: members.map(({name, mode, bytes}) => ({
			name,
			mode,
			size: bytes.length,
			crc: crc32(bytes),
		})),
		factsSize: tail.length,
		factsCrc: crc32(tail),
	};
	const text = Buffer.from(JSON.stringify(header));
	const preamble = Buffer.alloc(preambleBytes);
	magic.copy(preamble);
	preamble.writeUInt32LE(text.length, magic.length);
	preamble.writeUInt32LE(crc32(text), magic.length + 4);
	return [preamble, text, ...members.map(({bytes}) => bytes), tail];
}

/** Undefined for what is damaged, of another version or another key's. The members share the memory of `bytes`. */
export function decodeBlob(bytes: Buffer, resultKey: string): StoredEntry | undefined {
	const found = decodeHeader(bytes);
	if (found?.header.resultKey !== resultKey || found.blobBytes !== bytes.length) return undefined;
	const {header} = found;
	const members: Member[] = [];
	let at = found.membersAt;
	for (const {name, mode, size, crc} of header.members) {
		const content = bytes.subarray(at, at + size);
		if (crc32(content) !== crc) return undefined;
		members.push({name, mode, bytes: content});
		at += size;
	}
	if (crc32(bytes.subarray(at)) !== header.factsCrc) return undefined;
	const {compileMs, sourcesDigest} = header;
	return {resultKey, compileMs, sourcesDigest, sizeBytes: bytes.length, members};
}

/** What the beginning of a blob tells; undefined when it is damaged or cut off. */
export function decodeHeader(bytes: Buffer) {
	if (bytes.length < preambleBytes || !bytes.subarray(0, magic.length).equals(magic))
		return undefined;
	const membersAt = preambleBytes + bytes.readUInt32LE(magic.length);
	const text = bytes.subarray(preambleBytes, membersAt);
	if (membersAt > bytes.length || crc32(text) !== bytes.readUInt32LE(magic.length + 4))
		return undefined;
	// The checksum says that we wrote this.
	const header = JSON.parse(text.toString()) as Header;
	const factsAt = header.members.reduce((at, {size}) => at + size, membersAt);
	return {header, membersAt, factsAt, blobBytes: factsAt + header.factsSize};
}

export function decodeFacts(bytes: Buffer, header: Header): EntryFacts | undefined {
	if (bytes.length !== header.factsSize || crc32(bytes) !== header.factsCrc) return undefined;
	const facts = JSON.parse(inflateRawSync(bytes).toString()) as Partial<EntryFacts>;
	return {
		createdMs: facts.createdMs ?? 0,
		compileMs: facts.compileMs ?? 0,
		compiler: facts.compiler ?? '',
		language: facts.language ?? '',
		package: facts.package ?? '',
		directKey: facts.directKey,
		manifest: facts.manifest as Manifest | undefined,
		preprocessedKey: facts.preprocessedKey,
		sourcesDigest: facts.sourcesDigest,
		unitKeys: facts.unitKeys ?? [],
	};
}

/** Of a whole blob that is sound. */
export function decodeFactsOf(bytes: Buffer): EntryFacts | undefined {
	const found = decodeHeader(bytes);
	return found && decodeFacts(bytes.subarray(found.factsAt), found.header);
}
