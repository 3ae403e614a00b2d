import {accessSync, constants, renameSync, rmSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {AppError, systemCode} from '../../lib/errors.js';
import {isOurs} from '../../links/ours.js';
import {askHere} from '../../toolchain/ask-compiler.js';
import {packToolchain} from '../../toolchain/pack.js';
import type {OnProgress, Progress} from '../../toolchain/write-archive.js';
import {shimProgram} from '../package-info.js';
import {formatSize} from './format-size.js';
import {type Context, failure, type Result} from './result.js';

export interface PackageToolchain {
	/** A path, or a name on PATH. */
	readonly executable: string;
	readonly output: string;
}

/** Packs a compiler into a file, as the daemon does it for a build server. It needs no daemon. */
export async function packageToolchain(
	{env, progress}: Context,
	{executable, output}: PackageToolchain,
): Promise<Result> {
	const compiler = find(executable, env.PATH ?? '');
	if (compiler === undefined) {
		return failure(`there is no compiler ${executable}`, 'give its path, or a name on PATH');
	}
	if (isOurs(compiler, shimProgram)) {
		return failure(`${compiler} is a link to sccache`, 'give the path of the compiler itself');
	}
	const file = resolve(output);
	const staged = join(dirname(file), `.sccache-toolchain.${process.pid}`);
	try {
		progress.show(`packing ${compiler}`);
		const onProgress: OnProgress = done => progress.show(`packing ${compiler}: ${share(done)}`);
		await packToolchain({compiler, ask: askHere, onProgress}, staged);
		renameSync(staged, file);
		return {exitCode: 0};
	} catch (error) {
		rmSync(staged, {force: true});
		if (error instanceof AppError || systemCode(error) === undefined) throw error;
		return failure(`${output} can't be written: ${(error as Error).message}`);
	} finally {
		progress.clear();
	}
}

function share({doneBytes, totalBytes}: Progress): string {
	const percent = totalBytes === 0 ? 100 : Math.floor((100 * doneBytes) / totalBytes);
	return `${percent} % of ${formatSize(totalBytes)}`;
}

function find(executable: string, searchPath: string): string | undefined {
	const candidates = executable.includes('/')
		? [resolve(executable)]
		: searchPath
				.split(':')
				.filter(folder => folder.startsWith('/'))
				.map(folder => join(folder, executable))
				.filter(path => isProgram(path) && !isOurs(path, shimProgram));
	return candidates.find(isProgram);
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
