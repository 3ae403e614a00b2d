import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {freePort} from '../helpers/free-port.js';
import {clientToken, secretKey} from './running-scheduler.js';

/** `sccache-dist scheduler` as users run it. */

export const program = resolve(import.meta.dirname, '../../src/bin/sccache-dist.js');

/** A configuration on a free port. `extra`: further keys of its top level; `tables`: tables. */
export async function place(t: ExecutionContext, extra = '', tables = '') {
	const folder = mkdtempSync(join(tmpdir(), 'scheduler-test-'));
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	const port = await freePort();
	const config = join(folder, 'scheduler.conf');
	writeFileSync(
		config,
		`public_addr = "127.0.0.1:${port}"\n${extra}
[client_auth]
type = "token"
token = "${clientToken}"
[server_auth]
type = "jwt_hs256"
secret_key = "${secretKey.toString('base64url')}"
${tables}`,
		{mode: 0o600},
	);
	return {config, port, env: {PATH: process.env.PATH, SCCACHE_NO_DAEMON: '1'}};
}

export interface Place {
	readonly config: string;
	readonly port: number;
	readonly env: NodeJS.ProcessEnv;
}

/** In the foreground; resolves once it listens. */
export async function start(t: ExecutionContext, {config, env}: Place) {
	const child = spawn(process.execPath, [program, 'scheduler', '--config', config], {env});
	t.teardown(() => child.kill('SIGKILL'));
	let said = '';
	child.stderr.on('data', chunk => {
		said += chunk;
	});
	while (!said.includes('listens')) {
		if (child.exitCode !== null) throw new Error(said);
		await sleep(20);
	}
	return {child, said: () => said};
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
	const exited = once(child, 'exit');
	child.kill(signal);
	const [code] = await exited;
	return code as number | null;
}
