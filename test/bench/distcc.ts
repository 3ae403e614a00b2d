import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Host} from '../helpers/private-farm.js';
import {Daemons} from './daemons.js';

export interface Peer {
	/** For its client. */
	readonly env: NodeJS.ProcessEnv;
	stop(): Promise<void>;
}

const port = 36_320;
const startMs = 1000;

/** distcc's daemon on each host; what can't be compiled on one of them is an error. */
export async function startDistcc(
	folder: string,
	hosts: readonly Host[],
	jobs: number,
): Promise<Peer> {
	const clientFolder = join(folder, 'client');
	mkdirSync(clientFolder, {recursive: true});
	const daemons = new Daemons();
	for (const host of hosts) {
		const command = [
			...['distccd', '--no-detach', '--daemon', '--log-stderr', '--log-level', 'warning'],
			...['--user', 'distccd', '--listen', host.address, '--port', `${port}`],
			// Its list of compilers is in a folder that each distribution has elsewhere.
			...['--jobs', `${jobs}`, '--allow', '0.0.0.0/0', '--enable-tcp-insecure'],
		];
		daemons.start(host, command, join(folder, `distccd-${host.address}.log`), {TMPDIR: '/tmp'});
	}
	await sleep(startMs);
	return {
		env: {
			DISTCC_HOSTS: hosts.map(({address}) => `${address}:${port}/${jobs}`).join(' '),
			DISTCC_FALLBACK: '0',
			DISTCC_DIR: clientFolder,
		},
		stop: () => daemons.stop(),
	};
}
