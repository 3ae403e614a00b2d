/** A store of objects that hosts share. Whatever goes wrong is an error: what becomes of it is decided above (`level.ts`). */
export interface Tier {
	/** Undefined: there is no such object. Throws TooLarge for one of more than `maxObjectBytes`, which is not read to its end. */
	get(key: string, signal: AbortSignal): Promise<Buffer | undefined>;
	/** Takes the place of what is there. */
	put(key: string, bytes: Buffer, signal: AbortSignal): Promise<void>;
	/** Ends its connections, and whatever is under way. */
	close(): void;
}

/** The store answers, but not with an object of ours. */
export class TooLarge extends Error {}

/** Of one object as it is sent. Larger results stay on their host. */
export const maxObjectBytes = 64 * 1024 * 1024;

/** A key that no object has, by which a store is asked whether it answers: 64 hex digits, like all keys. */
export const probeKey = '0'.repeat(64);
