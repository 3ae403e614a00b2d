import {setTimeout as sleep} from 'node:timers/promises';

/** Does it each half second until told to stop; the test must not end before. What fails once may succeed the next time. */
export function overAndOver(action: () => Promise<unknown>): () => Promise<void> {
	let goesOn = true;
	const running = (async () => {
		while (goesOn) {
			await action().catch(() => {});
			await sleep(500);
		}
	})();
	return () => {
		goesOn = false;
		return running;
	};
}
