import type {ChildProcess} from 'node:child_process';
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {canConnect} from '../helpers/can-connect.js';
import {freePort} from '../helpers/free-port.js';

/** Also of a process that is stopped. */
export async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = new Promise(resolve => child.once('exit', resolve));
	child.kill('SIGKILL');
	await ended;
}

/** With room above it for the bus of a Redis cluster, which listens 10,000 further. */
export async function lowPort(): Promise<number> {
	for (;;) {
		const port = await freePort();
		if (port < 55_000) return port;
	}
}

export async function untilConnectable(child: ChildProcess, port: number): Promise<void> {
	for (let waitedMs = 0; waitedMs < 20_000 && child.exitCode === null; waitedMs += 50) {
		if (await canConnect(port)) return;
		await sleep(50);
	}
	await end(child);
	throw new Error(`nothing listens on port ${port}`);
}

/** Those whose names, below the folder, match. */
export function filesBelow(folder: string, pattern: RegExp): ReadonlyMap<string, Buffer> {
	const names = readdirSync(folder, {recursive: true, encoding: 'utf8'});
	return new Map(
		names
			.filter(name => pattern.test(name) && statSync(join(folder, name)).isFile())
			.map(name => [name, readFileSync(join(folder, name))] as const),
	);
}
