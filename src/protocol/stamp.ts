import {stampBytes} from './frames.js';

/** What stat(2) says of a file, as STAMPS carries it; two equal stamps mean that the file was not touched. */
export interface Stamp {
	readonly dev: bigint;
	readonly ino: bigint;
	readonly sizeBytes: bigint;
	readonly mtimeNs: bigint;
	readonly ctimeNs: bigint;
	readonly mode: number;
	/** 0: the path could be read */
	readonly errno: number;
}

const fileTypeMask = 0o170000;
const regularFile = 0o100000;

const absentErrno = 2;
/** ELOOP: what STAMPS says of a symlink whose target does not exist. */
const danglingErrno = 40;

/** The bytes of the `index`-th stamp; a view. */
export function stampAt(stamps: Buffer, index: number): Buffer {
	return stamps.subarray(index * stampBytes, (index + 1) * stampBytes);
}

/** A copy to keep: a small Buffer of Node's own making is a part of 8 KB, all of which live as long as it. */
export function keepStamps(stamps: readonly Buffer[]): Buffer {
	const kept = Buffer.alloc(stamps.length * stampBytes);
	for (const [index, stamp] of stamps.entries()) {
		stamp.copy(kept, index * stampBytes);
	}
	return kept;
}

/** Of a path that is not there (ENOENT). */
export const absentStamp = encodeStamp({
	...{dev: 0n, ino: 0n, sizeBytes: 0n, mtimeNs: 0n, ctimeNs: 0n},
	...{mode: 0, errno: absentErrno},
});

export function isRegularFile(stamp: Buffer): boolean {
	return stamp.readUInt32LE(44) === 0 && (stamp.readUInt32LE(40) & fileTypeMask) === regularFile;
}

export function isMissing(stamp: Buffer): boolean {
	return stamp.readUInt32LE(44) !== 0;
}

/** ENOENT, and nothing else: what can't be looked at (EACCES, EIO ...) may be there. */
export function isKnownAbsent(stamp: Buffer): boolean {
	return stamp.readUInt32LE(44) === absentErrno;
}

/** A symlink to nothing: what it names may appear without any change to the folder that the link is in. */
export function isDangling(stamp: Buffer): boolean {
	return stamp.readUInt32LE(44) === danglingErrno;
}

export function stampSizeBytes(stamp: Buffer): number {
	return Number(stamp.readBigUInt64LE(16));
}

/** mtime in whole seconds since the epoch. */
export function stampModifiedS(stamp: Buffer): number {
	return Number(stamp.readBigInt64LE(24) / 1_000_000_000n);
}

/** The later of mtime and ctime. */
export function changedNs(stamp: Buffer): bigint {
	const mtimeNs = stamp.readBigInt64LE(24);
	const ctimeNs = stamp.readBigInt64LE(32);
	if (mtimeNs > ctimeNs) {
		return mtimeNs;
	}
	return ctimeNs;
}

/** Which file it is, whatever it is called. */
export function fileIdentity(stamp: Buffer): string {
	return stamp.toString('latin1', 0, 16);
}

export function encodeStamp(stamp: Stamp): Buffer {
	const buffer = Buffer.alloc(stampBytes);
	buffer.writeBigUInt64LE(stamp.dev, 0);
	buffer.writeBigUInt64LE(stamp.ino, 8);
	buffer.writeBigUInt64LE(stamp.sizeBytes, 16);
	buffer.writeBigInt64LE(stamp.mtimeNs, 24);
	buffer.writeBigInt64LE(stamp.ctimeNs, 32);
	buffer.writeUInt32LE(stamp.mode, 40);
	buffer.writeUInt32LE(stamp.errno, 44);
	return buffer;
}
