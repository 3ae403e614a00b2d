import {spawnSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Host} from '../helpers/private-farm.js';
import {Daemons} from './daemons.js';
import type {Peer} from './distcc.js';

/** Until the scheduler knows all daemons, and how fast each is. */
const startMs = 5000;

/** icecream's scheduler on the first server, and its daemon on all hosts. */
export async function startIcecream(
	folder: string,
	{client, servers, jobs}: {client: Host; servers: readonly Host[]; jobs: number},
): Promise<Peer> {
	mkdirSync(folder, {recursive: true, mode: 0o755});
	const log = (name: string) => join(folder, `${name}.log`);
	const daemons = new Daemons();
	const scheduler = servers[0] ?? client;
	daemons.start(
		scheduler,
		['icecc-scheduler', '-n', 'bench', '-u', 'icecc', '-v'],
		log('scheduler'),
	);
	const sockets = ownFolder(join(folder, 'sockets'));
	const socket = ({address}: Host) => join(sockets, address);
	for (const host of [client, ...servers]) {
		const environments = ownFolder(join(folder, `environments-${host.address}`));
		const command = [
			...['iceccd', '-n', 'bench', '-s', scheduler.address, '-N', `host-${host.address}`],
			...['-m', `${host === client ? 1 : jobs}`, '-u', 'icecc', '-b', environments, '-v'],
			...(host === client ? ['--no-remote'] : []),
		];
		daemons.start(host, command, log(host.address), {ICECC_TEST_SOCKET: socket(host)});
	}
	await sleep(startMs);
	return {env: {ICECC_TEST_SOCKET: socket(client)}, stop: () => daemons.stop()};
}

/** Its daemons give up root. */
function ownFolder(path: string): string {
	const {status, stderr} = spawnSync('install', ['-d', '-o', 'icecc', path], {encoding: 'utf8'});
	if (status !== 0) throw new Error(`${path} can't be made: ${stderr}`);
	return path;
}
