import {createHash} from 'node:crypto';
import {encode} from './bincode.js';
import {type RunJobRequest, runJobRequest} from './messages.js';

/** A job as its client describes it: all that its result can depend on, but for the times of its files. */
export interface DescribedJob {
	readonly toolchain: string;
	readonly request: RunJobRequest;
	readonly files: readonly DescribedFile[];
	/** As the paths of files. */
	readonly folders: readonly string[];
}

export interface DescribedFile {
	/** Absolute; a latin1 string, a character a byte. */
	readonly path: string;
	/** Permission bits. */
	readonly mode: number;
	/** SHA-256 of the content, hex. */
	readonly digest: string;
}

/** SHA-256 of it; in whatever order, and however divided, its inputs are sent. */
export function jobDigest({toolchain, request, files, folders}: DescribedJob): Buffer {
	const head = encode(runJobRequest, request);
	const lines = [
		...[...new Set(folders)].sort().map(path => `d${path}\0`),
		...files.map(({path, mode, digest}) => `f${path}\0${mode} ${digest}\0`).sort(),
	];
	return createHash('sha256')
		.update(`${toolchain}\0${head.length}\0`)
		.update(head)
		.update(lines.join(''), 'latin1')
		.digest();
}

/** Client --> scheduler: enough of the digest to find who has had such a job. 64 bits, hex. */
export function resultHint(digest: Buffer): string {
	return digest.toString('hex', 0, hintBytes);
}

const hintBytes = 8;

/** Server --> scheduler, in its status: many hints in one text. */
export function packHints(hints: readonly string[]): string {
	return Buffer.from(hints.join(''), 'hex').toString('base64');
}

/** What is no whole hint is left out. */
export function unpackHints(text: string): readonly string[] {
	const bytes = Buffer.from(text, 'base64');
	return Array.from({length: Math.floor(bytes.length / hintBytes)}, (_, index) =>
		bytes.toString('hex', index * hintBytes, (index + 1) * hintBytes),
	);
}
