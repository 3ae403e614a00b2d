import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {openSync} from 'node:fs';
import type {Host} from '../helpers/private-farm.js';

/** Programs of peers, each on its host. */
export class Daemons {
	readonly #children: ChildProcess[] = [];

	start(
		{enter}: Host,
		command: readonly string[],
		logFile: string,
		env: NodeJS.ProcessEnv = {},
	): void {
		const log = openSync(logFile, 'a');
		const [program = '', ...args] = [...enter, ...command];
		this.#children.push(
			spawn(program, args, {
				env: {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env},
				stdio: ['ignore', log, log],
			}),
		);
	}

	async stop(): Promise<void> {
		for (const child of this.#children.reverse()) {
			if (child.exitCode !== null || child.signalCode !== null) continue;
			const ended = once(child, 'exit');
			child.kill('SIGTERM');
			const late = setTimeout(() => child.kill('SIGKILL'), 5000);
			await ended;
			clearTimeout(late);
		}
	}
}
