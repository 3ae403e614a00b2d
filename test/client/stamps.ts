import {encodeStamp} from '../../src/protocol/stamp.js';

/** Files that are nothing but stamps. */

export const secondNs = 1_000_000_000n;
export const folderMode = 0o040755;
export const fileMode = 0o100644;
export const [ENOENT, EACCES] = [2, 13];

const nothing = {dev: 0n, ino: 0n, sizeBytes: 0n, mtimeNs: 0n, ctimeNs: 0n, mode: 0, errno: 0};

export const stampOf = (changedNs: bigint, mode: number): Buffer =>
	encodeStamp({...nothing, mtimeNs: changedNs, ctimeNs: changedNs, mode});

export const failure = (errno: number): Buffer => encodeStamp({...nothing, errno});
