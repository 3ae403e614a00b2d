import {createHash} from 'node:crypto';
import {LinemarkerFiles} from '../compiler/linemarkers.js';
import {preprocessedKey, tiedKey} from '../key/keys.js';
import {runFlags} from '../protocol/frames.js';
import {PreprocessedText} from '../relocation/preprocessed-text.js';
import type {Unit} from './unit.js';

export interface Preprocessed {
	readonly key: string;
	/** Of a result that is good for the roots as they are. */
	readonly tiedKey: string;
	/** The text names a root beside where its lines come from. */
	readonly namesRoots: boolean;
	/** Every file that was read, the source included, as spelled. */
	readonly files: readonly string[];
	/** When it began, by the clock that stamps files. */
	readonly startedNs: bigint;
}

/** Runs the preprocessor alone, in the shim's place. Undefined when it fails: then the compile will say why. */
export async function preprocess(unit: Unit): Promise<Preprocessed | undefined> {
	const {shim, request, command, context, roots} = unit;
	const text = createHash('sha256');
	const errors = createHash('sha256');
	const rootless = new PreprocessedText(roots);
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
				const part = rootless.push(bytes);
				if (part.length > 0) text.update(part as string, 'latin1');
				files.push(bytes);
			},
			stderr: bytes => errors.update(bytes),
		},
	);
	if (done.exitCode !== 0) {
		return undefined;
	}
	text.update(rootless.end(), 'latin1');
	const key = preprocessedKey(context, text.digest('hex'), errors.digest('hex'));
	return {
		key,
		tiedKey: tiedKey(key, roots),
		namesRoots: rootless.namesRoots,
		files: files.end(),
		startedNs: done.startedNs,
	};
}
