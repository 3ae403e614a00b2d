import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {freePort} from '../helpers/free-port.js';
import type {Bench} from './bench.js';

/** Where Debian puts Mozilla's. */
export const mozillaProgram = '/usr/bin/sccache';

export interface MozillaServer {
	readonly env: NodeJS.ProcessEnv;
	/** From its cache, since it started. */
	hits(): number;
	stop(): void;
}

/** Undefined where it is not installed, or was built without what `extra` asks for. */
export async function startMozillaServer(
	{folder}: Bench,
	name: string,
	extra: NodeJS.ProcessEnv = {},
): Promise<MozillaServer | undefined> {
	const env: NodeJS.ProcessEnv = {
		SCCACHE_DIR: join(folder, name),
		SCCACHE_SERVER_PORT: String(await freePort()),
		SCCACHE_IDLE_TIMEOUT: '0',
		SCCACHE_CONF: join(folder, 'none'),
		...extra,
	};
	const run = (...args: string[]) =>
		spawnSync(mozillaProgram, args, {
			env: {PATH: process.env.PATH, HOME: folder, ...env},
			encoding: 'utf8',
		});
	if (run('--start-server').status !== 0) return undefined;
	return {
		env,
		hits() {
			const {stats} = JSON.parse(run('--show-stats', '--stats-format=json').stdout) as {
				stats: {cache_hits: {counts: Record<string, number>}};
			};
			return Object.values(stats.cache_hits.counts).reduce((sum, count) => sum + count, 0);
		},
		stop: () => {
			run('--stop-server');
		},
	};
}
