import {AppError} from '../lib/errors.js';
import type {Job, JobResult} from '../sandbox/job.js';

/** What each kind of compiler is tried with. The first that fits. */
const commands = [
	{names: /rustc|clippy/, arguments: ['-vV']},
	{names: /nvcc|cicc|ptxas|nvc/, arguments: ['--version']},
	/** The compiler proper, and the assembler where there is one. Preprocessed: that needs no headers. */
	{names: /./, arguments: ['-x', 'cpp-output', '-c', '-o', '/tmp/trial.o', '/dev/null']},
];

const trialMs = 60_000;

/** A job that shows whether a toolchain runs on this machine. */
export function trialJob(toolchainFolder: string, executable: string): Job {
	const name = executable.slice(executable.lastIndexOf('/') + 1);
	const args = commands.find(({names}) => names.test(name))?.arguments ?? [];
	return {
		toolchainFolder,
		inputs: [],
		command: {executable, arguments: args, cwd: '/tmp', env: [['PATH', '/usr/bin:/bin']]},
		outputs: [],
		limits: {wallMs: trialMs, processes: 64, openFiles: 256, outputBytes: 16 * 1024 ** 2},
	};
}

export type Verdict =
	| {readonly kind: 'runs'}
	/** For good, on this machine. */
	| {readonly kind: 'refused'; readonly reason: string}
	/** It says nothing of the toolchain. */
	| {readonly kind: 'unclear'; readonly error: AppError};

export function verdictOf({exit, exceeded, stdout, stderr}: JobResult): Verdict {
	if (exceeded !== undefined) {
		const message = `the toolchain could not be tried: over the limit of ${exceeded}`;
		return {kind: 'unclear', error: new AppError('SANDBOX_FAILED', message)};
	}
	if ('code' in exit && exit.code === 0) return {kind: 'runs'};
	const how = 'signal' in exit ? `it dies of ${exit.signal}` : `it ends with ${exit.code}`;
	const said = `${stderr.toString()}\n${stdout.toString()}`.trim().split('\n')[0] ?? '';
	const reason = `an empty file can't be compiled: ${how}${said === '' ? '' : `: ${said}`}`;
	return {kind: 'refused', reason: reason.slice(0, 300)};
}

/** Of what the sandbox threw. That a name leads to no program is the job's fault, not the toolchain's. */
export function verdictOfError(error: unknown): Verdict {
	if (!(error instanceof AppError)) throw error;
	const [, said] = /execvp (.*)/.exec(error.message) ?? [];
	if (said === undefined || said.includes('No such file')) return {kind: 'unclear', error};
	return {kind: 'refused', reason: `its compiler can't be run: ${said}`.slice(0, 300)};
}
