import type {SharedSecrets, TierConfig} from '../config/shared-config.js';
import {openTier} from './open.js';
import {probeKey} from './tier.js';
import {reasonOf, within} from './within.js';

/** What a shared store says to somebody who only wants to know whether it works. */
export interface TierTrial {
	readonly readMs: number;
	/** Undefined: it is only read. */
	readonly writeMs: number | undefined;
}

const eachMs = 10_000;
/** Where a trial is written to: nothing else has this key. */
const trialKey = `${'0'.repeat(63)}1`;
const trial = Buffer.from('sccache-gentoo was here');

/** Reads, and writes if it may: in words, what did not work. */
export async function tryTier(
	config: TierConfig,
	secrets: SharedSecrets,
): Promise<TierTrial | string> {
	const tier = await openTier(config, secrets, () => {});
	const timed = async (act: (signal: AbortSignal) => Promise<unknown>): Promise<number> => {
		const startedMs = performance.now();
		await within(eachMs, act);
		return performance.now() - startedMs;
	};
	let doing = 'it can’t be read';
	try {
		// The first answer is late: there is no connection yet.
		await timed(signal => tier.get(probeKey, signal));
		const readMs = await timed(signal => tier.get(probeKey, signal));
		if (!config.writable) return {readMs, writeMs: undefined};
		doing = 'it can’t be written to';
		const writeMs = await timed(signal => tier.put(trialKey, trial, signal));
		doing = 'what was written is not there';
		const found = await within(eachMs, signal => tier.get(trialKey, signal));
		return found?.equals(trial) === true ? {readMs, writeMs} : doing;
	} catch (error) {
		return `${doing}: ${reasonOf(error)}`;
	} finally {
		tier.close();
	}
}
