import type {Readable} from 'node:stream';

/** Gathers a stream up to a cap; `onFull` is told once when there is more, and the rest is dropped. */
export function collect(
	stream: Readable,
	capBytes: number,
	onFull: () => void,
): {readonly bytes: () => Buffer} {
	const chunks: Buffer[] = [];
	let sizeBytes = 0;
	stream.on('data', (chunk: Buffer) => {
		if (sizeBytes > capBytes) return;
		sizeBytes += chunk.length;
		if (sizeBytes > capBytes) onFull();
		else chunks.push(chunk);
	});
	// A pipe that breaks is one that ended: the exit says what happened.
	stream.on('error', () => {});
	return {bytes: () => Buffer.concat(chunks)};
}
