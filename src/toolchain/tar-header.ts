import {Header, Pax} from 'tar';
import type {ArchiveEntry} from './archive-tree.js';

export const tarBlockBytes = 512;

/** 2006-07-24, as upstream's archives have it. */
const fixedTime = new Date(1_153_704_088_000);

const types = {folder: 'Directory', link: 'SymbolicLink', file: 'File'} as const;

/** The blocks before an entry's content, with nothing in them of who packed it, and when (pax, POSIX.1-2001). */
export function tarHeader(entry: ArchiveEntry): Buffer {
	const path = entry.path.slice(1) + (entry.kind === 'folder' ? '/' : '');
	const names = {path, ...(entry.kind === 'link' ? {linkpath: entry.target} : {})};
	const block = Buffer.alloc(tarBlockBytes);
	const header = new Header({
		...names,
		type: types[entry.kind],
		mode: entry.kind !== 'file' || entry.executable ? 0o755 : 0o644,
		uid: 0,
		gid: 0,
		size: entry.kind === 'file' ? entry.version.sizeBytes : 0,
		mtime: fixedTime,
	});
	const tooLong = header.encode(block);
	return tooLong ? Buffer.concat([new Pax(names).encode(), block]) : block;
}

/** Zeros after a content of this size. */
export function tarPadding(sizeBytes: number): number {
	return (tarBlockBytes - (sizeBytes % tarBlockBytes)) % tarBlockBytes;
}
