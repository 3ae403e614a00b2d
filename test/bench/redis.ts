import {type ChildProcess, spawn} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {freePort} from './free-port.js';

export interface Redis {
	readonly url: string;
	stop(): Promise<void>;
}

/** One on loopback that keeps everything in memory. */
export async function startRedis(folder: string): Promise<Redis> {
	mkdirSync(folder, {recursive: true});
	const port = await freePort();
	const child = spawn(
		'redis-server',
		[
			...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
			...['--save', '', '--appendonly', 'no', '--logfile', join(folder, 'log')],
		],
		{stdio: 'ignore'},
	);
	for (let tries = 0; !(await answers(port)); tries++) {
		if (tries === 200 || child.exitCode !== null) throw new Error('redis-server did not start');
		await sleep(20);
	}
	return {url: `redis://127.0.0.1:${port}`, stop: () => end(child)};
}

function answers(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect({port, host: '127.0.0.1'});
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
}

function end(child: ChildProcess): Promise<void> {
	return new Promise(resolve => {
		child.once('exit', () => resolve());
		child.kill();
	});
}
