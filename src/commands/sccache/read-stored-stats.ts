import type {ClientConfig} from '../../config/client-config.js';
import {type CacheStats, zeroCounters} from '../../protocol/control.js';

/** With no daemon: what the last one wrote down, or zeros. */
export function readStoredStats(config: ClientConfig, version: string): CacheStats {
	return {
		counters: zeroCounters,
		cacheLocation: `Local disk: ${JSON.stringify(config.cacheDir)}`,
		cacheSizeBytes: 0,
		maxCacheSizeBytes: config.cacheSizeBytes,
		entries: 0,
		directMode: config.directMode,
		version,
		basedirs: [...config.basedirs],
	};
}
