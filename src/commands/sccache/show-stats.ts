import type {StatsFormat} from './action.js';
import {askDaemon} from './control-client.js';
import {readStoredStats} from './read-stored-stats.js';
import type {Context, Result} from './result.js';
import {statsJson} from './stats-json.js';
import {statsText} from './stats-text.js';

export interface StatsOptions {
	readonly advanced: boolean;
	readonly format: StatsFormat;
}

/** What the daemon counts; with none running, what the last one wrote down. Starts no daemon. */
export async function showStats(context: Context, options: StatsOptions): Promise<Result> {
	const {config, version, now, warn} = context;
	const reply = await askDaemon(config, 'stats');
	const stats = {
		...(reply?.stats ?? readStoredStats(config, version, now, error => warn(String(error)))),
		clientVersion: version,
	};
	// Upstream ends its JSON without a newline.
	const stdout = options.format === 'json' ? statsJson(stats) : statsText(stats, options.advanced);
	return {stdout, exitCode: 0};
}
