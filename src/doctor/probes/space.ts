import {statfsSync} from 'node:fs';
import {folderSizeBytes} from '../../toolchain/folder-size.js';
import type {SpaceFacts} from '../verdicts/space.js';

/** `usedBytes`: undefined has the folder measured. */
export async function probeSpace(
	path: string,
	limitBytes: number,
	setting: string,
	usedBytes?: number,
): Promise<SpaceFacts> {
	const {bavail, bsize, ffree} = statfsSync(path);
	return {
		path,
		limitBytes,
		usedBytes: usedBytes ?? (await folderSizeBytes(path)),
		freeBytes: bavail * bsize,
		freeFiles: ffree,
		setting,
	};
}
