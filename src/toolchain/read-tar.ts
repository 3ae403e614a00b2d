import {Header} from 'tar';
import {PullBytes} from './pull-bytes.js';
import {tarBlockBytes, tarPadding} from './tar-header.js';
import {invalid} from './toolchain-invalid.js';

/** One entry as the archive has it: nothing of it was checked. */
export interface TarEntry {
	readonly type: string;
	readonly path: string;
	readonly linkpath: string;
	readonly mode: number;
	readonly sizeBytes: number;
	/** The content: to be read before the next entry is asked for, else it is skipped. */
	readonly content: AsyncIterable<Buffer>;
}

interface Names {
	path?: string;
	linkpath?: string;
	sizeBytes?: number;
}

/** A name is at most 4 KiB long; what else a pax header may hold is short. */
const maxMetaBytes = 64 * 1024;

/**
 * Reads a tar archive (ustar, pax, GNU's long names). The headers are the tar library's; its unpacking is not used, because it makes
 * absolute targets of links relative, and a toolchain is full of them. Throws AppError TOOLCHAIN_INVALID.
 */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry, void> {
	const bytes = new PullBytes(source);
	let names: Names = {};
	for (;;) {
		const block = await bytes.exactly(tarBlockBytes);
		if (block.length === 0) return;
		if (block.length < tarBlockBytes) throw invalid('it ends within a header');
		const header = new Header(block);
		if (header.nullBlock) return expectZeros(bytes);
		if (!header.cksumValid) throw invalid('a header has a wrong checksum');
		const type = header.type;
		if (isMeta(type)) {
			names = {...names, ...(await readMeta(bytes, type, header.size ?? -1))};
			continue;
		}
		const sizeBytes = names.sizeBytes ?? header.size ?? -1;
		if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
			throw invalid('an entry has no possible size');
		let left = type === 'File' || type === 'OldFile' ? sizeBytes : (header.size ?? 0);
		const padding = tarPadding(left);
		const content = (async function* () {
			while (left > 0) {
				const part = await bytes.some(left);
				if (part.length === 0) throw invalid('it ends within a file');
				left -= part.length;
				yield part;
			}
		})();
		yield {
			type,
			path: names.path ?? header.path ?? '',
			linkpath: names.linkpath ?? header.linkpath ?? '',
			mode: header.mode ?? 0,
			sizeBytes: left,
			content,
		};
		names = {};
		for await (const _ of content);
		await bytes.exactly(padding);
	}
}

const metaTypes = [
	'ExtendedHeader',
	'OldExtendedHeader',
	'GlobalExtendedHeader',
	'NextFileHasLongPath',
	'OldGnuLongPath',
	'NextFileHasLongLinkpath',
] as const;

function isMeta(type: string): boolean {
	return (metaTypes as readonly string[]).includes(type);
}

async function readMeta(bytes: PullBytes, type: string, sizeBytes: number): Promise<Names> {
	if (!(sizeBytes >= 0 && sizeBytes <= maxMetaBytes)) throw invalid('a name is too long');
	const padded = await bytes.exactly(sizeBytes + tarPadding(sizeBytes));
	if (padded.length < sizeBytes) throw invalid('it ends within a header');
	const content = padded.subarray(0, sizeBytes);
	if (type === 'GlobalExtendedHeader') return {};
	if (type.endsWith('ExtendedHeader')) return paxNames(content);
	const name = content.toString('utf8').replace(/\0.*$/s, '');
	return type === 'NextFileHasLongLinkpath' ? {linkpath: name} : {path: name};
}

/** Records "<length> <key>=<value>\n" (POSIX.1-2001, pax); of what they may say these three are wanted. */
function paxNames(content: Buffer): Names {
	const names: Names = {};
	for (let at = 0; at < content.length; ) {
		const [digits = ''] = /^\d+ /.exec(content.toString('latin1', at, at + 12)) ?? [];
		const length = Number(digits);
		const record = content.subarray(at + digits.length, at + length - 1).toString('utf8');
		const equals = record.indexOf('=');
		if (length === 0 || at + length > content.length || equals === -1)
			throw invalid('an extended header is damaged');
		const value = record.slice(equals + 1);
		const key = record.slice(0, equals);
		if (key === 'path' || key === 'linkpath') names[key] = value;
		if (key === 'size') names.sizeBytes = /^\d+$/.test(value) ? Number(value) : -1;
		at += length;
	}
	return names;
}

async function expectZeros(bytes: PullBytes): Promise<void> {
	for (;;) {
		const part = await bytes.some(1024 ** 2);
		if (part.length === 0) return;
		if (part.some(byte => byte !== 0)) throw invalid('something follows its end');
	}
}
