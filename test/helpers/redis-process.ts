import {type ChildProcess, spawn} from 'node:child_process';
import {readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {hasProgram} from './has-program.js';

/** Why there can be none here. */
export const unableToRedis = (): string | undefined =>
	hasProgram('redis-server') ? undefined : 'redis-server is not installed';

/** What keeps nothing on disk. */
export const inMemory = ['--save', '', '--appendonly', 'no'] as const;

/** A real redis-server or sentinel on 127.0.0.1, ready. `args` come last; `config`: its configuration file. */
export async function startRedisProcess(
	folder: string,
	port: number,
	args: readonly string[],
	config?: string,
): Promise<ChildProcess> {
	const log = join(folder, 'log');
	rmSync(log, {force: true});
	const child = spawn(
		'redis-server',
		[
			...(config === undefined ? [] : [config]),
			...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--logfile', log],
			...args,
		],
		{stdio: 'ignore'},
	);
	for (let waitedMs = 0; waitedMs < 15_000 && child.exitCode === null; waitedMs += 20) {
		if (/[Rr]eady to accept|Sentinel ID|Sentinel new|\+monitor/.test(textOf(log))) return child;
		await sleep(20);
	}
	child.kill('SIGKILL');
	throw new Error(`redis-server did not start:\n${textOf(log)}`);
}

function textOf(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}
