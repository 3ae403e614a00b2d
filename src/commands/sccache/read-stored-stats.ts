import {type ClientConfig, cacheLevels, cacheLocation} from '../../config/client-config.js';
import type {CacheStats} from '../../protocol/control.js';
import {openStatistics} from '../../stats/open-stats.js';
import {openStore} from '../../store/open.js';

/** With no daemon: what is in the cache folder, which is left as it is. */
export function readStoredStats(
	config: ClientConfig,
	version: string,
	now: () => number,
	onError: (error: unknown) => void,
): CacheStats {
	const {cacheDir, cacheSizeBytes, directMode} = config;
	const statistics = openStatistics({dir: cacheDir, now, onError, readOnly: true});
	const store = openStore({dir: cacheDir, limitBytes: cacheSizeBytes, mode: 'READ_ONLY', now});
	try {
		const usage = store.usage();
		return {
			counters: statistics.counters(),
			cacheLocation: cacheLocation(config),
			levels: cacheLevels(config),
			cacheSizeBytes: usage.sizeBytes,
			maxCacheSizeBytes: usage.limitBytes,
			entries: usage.entries,
			directMode,
			version,
		};
	} finally {
		statistics.close();
		store.close();
	}
}
