import {createHash} from 'node:crypto';
import {createReadStream, statSync} from 'node:fs';
import {pipeline} from 'node:stream/promises';
import {Lru} from '../lib/lru.js';
import {encodeStamp} from '../protocol/stamp.js';

const digests = new Lru<string, Promise<string>>(2_000);

/** The stamp of a file as this process sees it; that of a missing file when it is not there. */
export function localStamp(path: string): Buffer {
	const stat = statSync(path, {bigint: true, throwIfNoEntry: false});
	return encodeStamp({
		dev: stat?.dev ?? 0n,
		ino: stat?.ino ?? 0n,
		sizeBytes: stat?.size ?? 0n,
		mtimeNs: stat?.mtimeNs ?? 0n,
		ctimeNs: stat?.ctimeNs ?? 0n,
		mode: Number(stat?.mode ?? 0n),
		errno: stat === undefined ? 2 : 0,
	});
}

/** SHA-256 of a program or library, hex; read once for each stamp. */
export function programDigest(path: string, stamp: Buffer): Promise<string> {
	const key = stamp.toString('latin1');
	let digest = digests.get(key);
	if (digest === undefined) {
		digest = hashFile(path);
		digests.set(key, digest);
		digest.catch(() => digests.delete(key));
	}
	return digest;
}

async function hashFile(path: string): Promise<string> {
	const hash = createHash('sha256');
	await pipeline(createReadStream(path, {highWaterMark: 1024 * 1024}), hash);
	return hash.digest('hex');
}
