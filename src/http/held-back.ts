import {Readable} from 'node:stream';

/** RFC 9110, 10.1.1: a client must not wait for ever, since not every server knows of this. */
const patienceMs = 1000;

export interface HeldBack {
	readonly body: Readable;
	readonly headers: Readonly<Record<string, string>>;
	readonly release: () => void;
}

/** A body that is sent once it is released, or after a second. */
export function heldBack(body: Buffer | Readable): HeldBack {
	const {promise, resolve} = released();
	const timer = setTimeout(resolve, patienceMs);
	async function* chunks(): AsyncIterable<Buffer> {
		await promise;
		if (held.destroyed) return;
		if (body instanceof Readable) yield* body;
		else yield body;
	}
	const held = Readable.from(chunks(), {objectMode: false});
	held.once('close', () => {
		clearTimeout(timer);
		resolve();
	});
	return {
		body: held,
		headers: {
			expect: '100-continue',
			...(body instanceof Readable ? {} : {'content-length': String(body.length)}),
		},
		release: resolve,
	};
}

function released(): {readonly promise: Promise<void>; readonly resolve: () => void} {
	let resolve = () => {};
	const promise = new Promise<void>(done => {
		resolve = done;
	});
	return {promise, resolve};
}
