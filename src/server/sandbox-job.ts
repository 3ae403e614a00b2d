import type {Job} from '../sandbox/job.js';
import {compileEnvironment} from './environment.js';
import type {JobBody} from './job-body.js';
import type {ServerParts} from './parts.js';

/** What the client wants done, as the sandbox has it: within our limits, and nothing of ours in it. */
export function sandboxJob(
	{limits, nice}: Pick<ServerParts, 'limits' | 'nice'>,
	{request, inputs}: JobBody,
	shared: Job['shared'],
	place: {
		readonly toolchainFolder: string;
		readonly signal: AbortSignal;
		readonly wallMs: number;
	},
): Job {
	const {executable, arguments: args, cwd, envVars} = request.command;
	return {
		toolchainFolder: place.toolchainFolder,
		...(shared === undefined ? {} : {shared}),
		inputs: inputs.files,
		folders: inputs.folders,
		command: {executable, arguments: args, cwd, env: compileEnvironment(envVars, executable)},
		outputs: request.outputs,
		limits: {
			wallMs: place.wallMs,
			processes: limits.processes,
			openFiles: limits.openFiles,
			outputBytes: limits.outputSizeBytes,
			...(limits.memoryBytes === undefined ? {} : {memoryBytes: limits.memoryBytes}),
		},
		...(nice === undefined ? {} : {nice}),
		signal: place.signal,
	};
}
