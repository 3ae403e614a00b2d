import type {CompileRecord} from './record.js';

type Times = Pick<
	CompileRecord,
	'outcome' | 'reason' | 'server' | 'elapsedMs' | 'compileMs' | 'storeMs'
> & {
	/** Until there was room for it on this host. */
	readonly waitedMs: number;
	/** Of the compile that made the result which was served; undefined: none was. */
	readonly savedFromMs: number | undefined;
};

/**
 * By how much a compile took longer than the compiler alone would have, with what storing took. A compile that a server did has no such
 * time: how long it would have taken here is not known.
 */
export function lostTimeMs(times: Times): number {
	const {outcome, reason, server, elapsedMs, compileMs, storeMs, waitedMs, savedFromMs} = times;
	if (savedFromMs !== undefined) return Math.max(0, elapsedMs - savedFromMs);
	// Nobody knows how much of it was the compiler's.
	if (outcome === 'failed' && reason !== '') return 0;
	const beside = server === '' ? Math.max(0, elapsedMs - compileMs - waitedMs) : 0;
	return beside + storeMs;
}
