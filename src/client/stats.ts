import {type ClientConfig, cacheLevels, cacheLocation} from '../config/client-config.js';
import type {CacheStats} from '../protocol/control.js';
import type {Team} from './team.js';

/** What the whole daemon has done and keeps. */
export function createStats(
	config: ClientConfig,
	version: string,
	team: () => Team,
): () => Promise<CacheStats> {
	return async () => {
		await team().flush();
		const {statistics, store} = team().parts;
		const usage = store.usage();
		return {
			counters: statistics.counters(),
			cacheLocation: cacheLocation(config),
			levels: cacheLevels(config),
			cacheSizeBytes: usage.sizeBytes,
			maxCacheSizeBytes: usage.limitBytes,
			entries: usage.entries,
			directMode: config.directMode,
			version,
		};
	};
}
