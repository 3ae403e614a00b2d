import {createHash} from 'node:crypto';
import {LinemarkerFiles} from '../compiler/linemarkers.js';
import {preprocessedKey} from '../key/keys.js';
import {runFlags} from '../protocol/frames.js';
import type {Unit} from './unit.js';

export interface Preprocessed {
	readonly key: string;
	/** Every file that was read, the source included, as spelled. */
	readonly files: readonly string[];
	/** When it began, by the clock that stamps files. */
	readonly startedNs: bigint;
}

/** Runs the preprocessor alone, in the shim's place. Undefined when it fails: then the compile will say why. */
export async function preprocess(unit: Unit): Promise<Preprocessed | undefined> {
	const {shim, request, command, context} = unit;
	const text = createHash('sha256');
	const errors = createHash('sha256');
	const files = new LinemarkerFiles();
	const done = await shim.run(
		{
			flags: runFlags.sendStdout | runFlags.sendStderr,
			program: request.compiler,
			argv: [request.compiler, ...command.preprocessArgs],
			env: [],
			temps: [],
		},
		{
			stdout: bytes => {
				text.update(bytes);
				files.push(bytes);
			},
			stderr: bytes => errors.update(bytes),
		},
	);
	if (done.exitCode !== 0) {
		return undefined;
	}
	return {
		key: preprocessedKey(context, text.digest('hex'), errors.digest('hex')),
		files: files.end(),
		startedNs: done.startedNs,
	};
}
