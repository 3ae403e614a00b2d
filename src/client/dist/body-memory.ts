const leastBytes = 64 * 1024;
/** What is kept for the next ones. */
const spareBytes = 32 * 1024 * 1024;

/** Where bodies of requests are put together. V8 collects all garbage for every ten megabytes of new Buffers, which is every few jobs. */
export class BodyMemory {
	readonly #spare: Buffer[] = [];

	/** The parts in one. It is to be given back when nobody reads it any more, or never. */
	join(parts: readonly Buffer[]): Buffer {
		const sizeBytes = parts.reduce((sum, {length}) => sum + length, 0);
		const whole = this.#take(sizeBytes);
		let offset = 0;
		for (const part of parts) {
			whole.set(part, offset);
			offset += part.length;
		}
		return whole.subarray(0, sizeBytes);
	}

	giveBack(body: Buffer): void {
		const whole = Buffer.from(body.buffer);
		const keptBytes = this.#spare.reduce((sum, {length}) => sum + length, whole.length);
		if (keptBytes <= spareBytes) this.#spare.push(whole);
	}

	/** The smallest that is large enough. */
	#take(sizeBytes: number): Buffer {
		const [spare] = this.#spare
			.filter(({length}) => length >= sizeBytes)
			.sort((a, b) => a.length - b.length);
		if (spare === undefined) {
			const roundBytes = 2 ** Math.ceil(Math.log2(Math.max(sizeBytes, leastBytes)));
			return Buffer.from(new ArrayBuffer(roundBytes));
		}
		this.#spare.splice(this.#spare.indexOf(spare), 1);
		return spare;
	}
}
