import {spawnSync} from 'node:child_process';
import {chmodSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {loopback, PrivateFarm} from '../helpers/private-farm.js';

/** Why no build server can be run here. */
export function unable(): string | undefined {
	if (process.getuid?.() !== 0) return 'not root';
	if (!existsSync('/usr/bin/bwrap')) return 'no bubblewrap';
	if (spawnSync('unshare', ['--mount', 'true']).status !== 0) return 'no mount namespaces';
	return undefined;
}

export interface OwnFarm {
	readonly farm: PrivateFarm;
	/** Ids of the toolchains that its server keeps. */
	archives(): readonly string[];
	close(): Promise<void>;
}

/** Our scheduler and one server of ours on loopback. */
export async function startOwnFarm(): Promise<OwnFarm> {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sccache-interop-farm-')));
	// The user of the jobs must get to the build folder.
	chmodSync(folder, 0o755);
	const farm = await PrivateFarm.start(folder, {
		scheduler: loopback,
		servers: [loopback],
		serverLines: 'max_jobs = 16\n',
	});
	return {
		farm,
		archives: () =>
			readdirSync(join(folder, 'server-0/toolchains'), {recursive: true, encoding: 'utf8'})
				.map(path => path.slice(-64))
				.filter(name => /^[0-9a-f]{64}$/.test(name)),
		close: async () => {
			await farm.stop();
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
