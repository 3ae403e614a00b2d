import {runFlags} from '../protocol/frames.js';
import type {ShimConnection} from './shim-connection.js';

/** Diagnostics and probes in English, whatever the user speaks. */
const plainLocale = ['LC_ALL=C', 'LANGUAGE'];

export interface ProgramAnswer {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a program where the shim is and takes what it prints. `env`: as RUN has it. */
export async function askProgram(
	shim: ShimConnection,
	program: string,
	args: readonly string[],
	env: readonly string[] = [],
): Promise<ProgramAnswer> {
	const stdout: Buffer[] = [];
	const stderr: Buffer[] = [];
	const done = await shim.run(
		{
			flags: runFlags.sendStdout | runFlags.sendStderr,
			program,
			argv: [program, ...args],
			env: [...plainLocale, ...env],
			temps: [],
		},
		{stdout: bytes => stdout.push(bytes), stderr: bytes => stderr.push(bytes)},
	);
	return {
		exitCode: done.exitCode,
		stdout: Buffer.concat(stdout).toString('latin1'),
		stderr: Buffer.concat(stderr).toString('latin1'),
	};
}
