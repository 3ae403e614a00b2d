import {type FileConfig, foreignCacheNames} from './file-schema.js';
import type {Environment} from './parse-variables.js';
import {laterVariables, type Variables} from './variables.js';

/** The settings given for what this version does not do, as the user spelled them. */
export function notYet(file: FileConfig, env: Environment, known: Variables): readonly string[] {
	const mode = file.cache?.disk?.preprocessor_cache_mode;
	const given: Record<string, boolean> = {
		...Object.fromEntries(
			foreignCacheNames.map(name => [`cache.${name}`, file.cache?.[name] !== undefined]),
		),
		client_side_mode: file.client_side_mode === true,
		cache_stats_file: file.cache_stats_file !== undefined,
		// These three trade soundness for speed that direct mode does not need here.
		file_stat_matches: mode?.file_stat_matches === true,
		ignore_time_macros: mode?.ignore_time_macros === true,
		skip_system_headers: mode?.skip_system_headers === true,
		hash_working_directory: mode?.hash_working_directory === false,
		SCCACHE_ALLOW_CORE_DUMPS: known.SCCACHE_ALLOW_CORE_DUMPS === true,
		SCCACHE_CLIENT_SIDE: known.SCCACHE_CLIENT_SIDE === true,
		SCCACHE_GHA_ENABLED: known.SCCACHE_GHA_ENABLED === true,
	};
	return [
		...Object.keys(given).filter(name => given[name]),
		...laterVariables.filter(name => (env[name] ?? '') !== ''),
	];
}
