import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, openSync} from 'node:fs';
import {connect, createServer} from 'node:net';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {type Host, loopback} from '../helpers/private-farm.js';

/** distcc's daemons, one on each host. */
export interface Distcc {
	/** For its client. What it can't have compiled there is an error. */
	readonly env: NodeJS.ProcessEnv;
	stop(): Promise<void>;
}

export async function startDistcc(
	folder: string,
	hosts: readonly Host[],
	jobs: number,
): Promise<Distcc> {
	mkdirSync(join(folder, 'client'), {recursive: true});
	const port = await freePort();
	const daemons = hosts.map(({address, enter}, index) => {
		const log = openSync(join(folder, `distccd-${index}.log`), 'a');
		const [program = '', ...args] = [
			...[...enter, 'distccd', '--no-detach', '--daemon', '--log-stderr', '--log-level', 'warning'],
			...['--user', 'distccd', '--listen', address, '--port', `${port}`, '--jobs', `${jobs}`],
			// Its list of compilers is a folder that each distribution keeps elsewhere.
			...['--allow', '0.0.0.0/0', '--enable-tcp-insecure'],
		];
		const env = {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TMPDIR: '/tmp'};
		return spawn(program, args, {env, stdio: ['ignore', log, log]});
	});
	if (hosts.includes(loopback)) await untilListening(loopback.address, port);
	else await sleep(1000);
	return {
		env: {
			DISTCC_HOSTS: hosts.map(({address}) => `${address}:${port}/${jobs}`).join(' '),
			DISTCC_FALLBACK: '0',
			DISTCC_DIR: join(folder, 'client'),
		},
		async stop() {
			for (const daemon of daemons) {
				if (daemon.exitCode !== null) continue;
				const ended = once(daemon, 'exit');
				daemon.kill('SIGTERM');
				await ended;
			}
		},
	};
}

async function untilListening(host: string, port: number): Promise<void> {
	for (let tries = 0; tries < 100; tries++) {
		const socket = connect({host, port});
		const connected = await new Promise<boolean>(resolve => {
			socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
		});
		socket.destroy();
		if (connected) return;
		await sleep(50);
	}
	throw new Error('distccd did not start');
}

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, '127.0.0.1');
	await once(probe, 'listening');
	const address = probe.address();
	probe.close();
	await once(probe, 'close');
	return typeof address === 'object' && address !== null ? address.port : 0;
}
