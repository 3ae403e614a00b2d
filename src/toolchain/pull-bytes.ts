/** Takes bytes off a stream by count. */
export class PullBytes {
	readonly #source: AsyncIterator<Buffer>;
	#rest: Buffer = Buffer.alloc(0);

	constructor(source: AsyncIterable<Buffer>) {
		this.#source = source[Symbol.asyncIterator]();
	}

	/** As many as there are at hand, at most `limit`; none at the end. */
	async some(limit: number): Promise<Buffer> {
		while (this.#rest.length === 0) {
			const {done, value} = await this.#source.next();
			if (done === true) return Buffer.alloc(0);
			this.#rest = value;
		}
		const taken = this.#rest.subarray(0, limit);
		this.#rest = this.#rest.subarray(taken.length);
		return taken;
	}

	/** Fewer only at the end. */
	async exactly(count: number): Promise<Buffer> {
		const first = await this.some(count);
		if (first.length === count) return first;
		const parts = [first];
		for (let missing = count - first.length; missing > 0; ) {
			const part = await this.some(missing);
			if (part.length === 0) break;
			parts.push(part);
			missing -= part.length;
		}
		return Buffer.concat(parts);
	}
}
