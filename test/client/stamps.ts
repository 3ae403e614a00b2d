import {stampBytes} from '../../src/protocol/frames.js';

/** Files that are nothing but stamps. */

export const secondNs = 1_000_000_000n;
export const folderMode = 0o040755;
export const fileMode = 0o100644;
export const [ENOENT, EACCES] = [2, 13];

export function stampOf(changedNs: bigint, mode: number): Buffer {
	const stamp = Buffer.alloc(stampBytes);
	stamp.writeBigInt64LE(changedNs, 24);
	stamp.writeBigInt64LE(changedNs, 32);
	stamp.writeUInt32LE(mode, 40);
	return stamp;
}

export function failure(errno: number): Buffer {
	const stamp = Buffer.alloc(stampBytes);
	stamp.writeUInt32LE(errno, 44);
	return stamp;
}
