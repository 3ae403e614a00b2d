import {spawn} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {address} from './address.js';
import {askDaemon} from './control-client.js';
import {internalStartServer} from './internal-start-server.js';
import {type Context, failure, type Result} from './result.js';

/** Starts the daemon in the background and waits until it answers; in the foreground if so told. */
export async function startServer(context: Context): Promise<Result> {
	if (context.config.noDaemon) return internalStartServer(context);
	context.say('sccache: Starting the server...\n');
	const result = await spawnDaemon(context);
	return (
		result ?? {stdout: `sccache: Listening on address ${address(context.config)}\n`, exitCode: 0}
	);
}

/** undefined: it runs and answers. */
export async function spawnDaemon(context: Context): Promise<Result | undefined> {
	if (await answers(context)) return failure('Server startup failed: Address in use');
	const ended = spawnDetached(context);
	const deadline = Date.now() + context.config.startupTimeoutMs;
	while (Date.now() < deadline) {
		const code = await Promise.race([ended, sleep(25)]);
		if (await answers(context)) return undefined;
		if (code !== undefined) {
			return failure(
				`Server startup failed: the daemon ended with ${code}`,
				'SCCACHE_ERROR_LOG=FILE keeps what it says',
			);
		}
	}
	return failure('Timed out waiting for server startup');
}

async function answers({config}: Context): Promise<boolean> {
	return (await askDaemon(config, 'ping', 2000).catch(() => undefined)) !== undefined;
}

/** Resolves with the exit code or signal, should it end. */
function spawnDetached({config, env, script}: Context): Promise<number | string> {
	const log = openSync(config.errorLog ?? '/dev/null', 'a', 0o600);
	const child = spawn(process.execPath, [...process.execArgv, script, '--internal-start-server'], {
		detached: true,
		stdio: ['ignore', log, log],
		cwd: '/',
		env,
	});
	closeSync(log);
	child.unref();
	return new Promise(resolve => {
		child.once('exit', (code, signal) => resolve(code ?? signal ?? 'an error'));
		child.once('error', error => resolve(error.message));
	});
}
