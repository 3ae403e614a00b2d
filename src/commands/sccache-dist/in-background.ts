import {spawn} from 'node:child_process';
import type {Environment} from '../../config/parse-variables.js';

/**
 * Runs the same command again in a session of its own, and waits until it says that it listens. Resolves with its exit code if it ends
 * instead; what it printed until then is printed here.
 */
export function inBackground(env: Environment): Promise<number> {
	const child = spawn(process.execPath, process.argv.slice(1), {
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
		env: {...env, SCCACHE_NO_DAEMON: '1'},
	});
	child.stdout?.on('data', (chunk: Buffer) => process.stdout.write(chunk));
	child.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', code => resolve(code ?? 2));
		child.once('message', () => {
			child.disconnect();
			child.stdout?.destroy();
			child.stderr?.destroy();
			child.unref();
			resolve(0);
		});
	});
}

/** The other side; nothing for a process that was not started by `inBackground`. */
export function sayListening(): void {
	if (process.send === undefined) return;
	// No file system is kept from being unmounted.
	process.chdir('/');
	process.send('listening', () => process.disconnect());
}
