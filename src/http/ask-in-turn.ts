import {AppError} from '../lib/errors.js';

/** What the first of several peers says that can be reached at all. Throws what the last of them failed with. */
export async function askInTurn<Answer>(
	urls: readonly string[],
	ask: (url: string) => Promise<Answer>,
): Promise<Answer> {
	let failure: unknown = new Error('there is nobody to ask');
	for (const url of urls) {
		try {
			return await ask(url);
		} catch (error) {
			if (!(error instanceof AppError)) throw error;
			failure = error;
		}
	}
	throw failure;
}
