import {setTimeout as sleep} from 'node:timers/promises';

/** Waits for what must come; what does not come within half a minute is an error. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
	for (let n = 0; n < 1500; n++) {
		if (await isSo()) return;
		await sleep(20);
	}
	throw new Error('it did not come to be so');
}
