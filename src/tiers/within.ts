import {AppError, systemCode} from '../lib/errors.js';

/** It did not answer in time. */
export class Late extends Error {}

/** `act`, or `Late` after so many milliseconds: then it is told by its signal, too. */
export async function within<Value>(
	limitMs: number,
	act: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
	const controller = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			// An answer that came while this thread was busy is still unread, and was in time.
			setImmediate(() => {
				reject(new Late(`no answer within ${Math.round(limitMs)} ms`));
				controller.abort();
			});
		}, limitMs);
	});
	try {
		return await Promise.race([act(controller.signal), late]);
	} finally {
		clearTimeout(timer);
	}
}

/** Without addresses that may hold a password. */
export function reasonOf(error: unknown): string {
	if (error instanceof AppError || error instanceof Late) return error.message;
	return systemCode(error) ?? (error instanceof Error ? error.message : String(error));
}
