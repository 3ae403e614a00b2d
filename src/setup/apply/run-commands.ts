import {spawnSync} from 'node:child_process';
import {AppError} from '../../lib/errors.js';

/** Runs commands in their order; what they print goes to stderr. One that fails ends it, unless `onFailure` is told. Throws SETUP_FAILED. */
export function runCommands(
	commands: readonly (readonly string[])[],
	env: Readonly<Record<string, string | undefined>>,
	onFailure?: (message: string) => void,
): void {
	for (const [program = '', ...args] of commands) {
		const {status, error} = spawnSync(program, args, {env, stdio: ['ignore', 2, 2]});
		if (status === 0) continue;
		const message = `${[program, ...args].join(' ')}: ${error?.message ?? `exit status ${status}`}`;
		if (onFailure === undefined) {
			throw new AppError(
				'SETUP_FAILED',
				`the files are written, but a command failed: ${message}`,
				{
					hint: 'mend the cause, and run setup again: it goes on with the commands',
				},
			);
		}
		onFailure(message);
	}
}
