import {spawnSync} from 'node:child_process';
import {AppError} from '../../lib/errors.js';

export interface RunCommandsOptions {
	/** Told of each before it runs. */
	readonly onCommand?: (argv: readonly string[], index: number) => void;
	/** Told of each that fails; without it, the first that fails ends it. */
	readonly onFailure?: (message: string) => void;
}

/** Runs commands in their order; what they print goes to stderr. Throws SETUP_FAILED. */
export function runCommands(
	commands: readonly (readonly string[])[],
	env: Readonly<Record<string, string | undefined>>,
	{onCommand, onFailure}: RunCommandsOptions = {},
): void {
	for (const [index, argv] of commands.entries()) {
		const [program = '', ...args] = argv;
		onCommand?.(argv, index);
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
