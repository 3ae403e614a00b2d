import {parseDependencies} from '../../compiler/depfile.js';
import {runFlags} from '../../protocol/frames.js';
import type {Unit} from '../unit.js';

export interface ListedFiles {
	/** The source and every header, as spelled. */
	readonly files: readonly string[];
	/** When it began, by the clock that stamps files. */
	readonly startedNs: bigint;
}

/** Has the preprocessor name the files that the compile would read, and make nothing of them. Undefined when it fails: the compile will say why. */
export async function listFiles({shim, request, command}: Unit): Promise<ListedFiles | undefined> {
	const chunks: Buffer[] = [];
	const [, ...args] = command.preprocessArgs;
	const done = await shim.run(
		{
			flags: runFlags.sendStdout,
			program: request.compiler,
			argv: [request.compiler, '-M', ...args],
			env: [],
			temps: [],
		},
		{stdout: bytes => chunks.push(bytes)},
	);
	const listed = parseDependencies(Buffer.concat(chunks).toString('latin1'));
	return done.exitCode === 0 && listed !== undefined
		? {files: listed.files, startedNs: done.startedNs}
		: undefined;
}
