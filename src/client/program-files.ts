import {accessSync, closeSync, constants, openSync, readdirSync, readSync} from 'node:fs';
import {isAbsolute, join} from 'node:path/posix';
import {keyOf} from '../key/fields.js';
import {AppError} from '../lib/errors.js';
import type {CompileRequest} from '../protocol/frames.js';
import {libraryClosure} from '../toolchain/closure.js';
import {localStamp, programDigest} from '../toolchain/program-digest.js';

/** A program's first two bytes say so. */
export function isScript(program: string): boolean {
	const file = openSync(program, 'r');
	try {
		const start = Buffer.alloc(2);
		readSync(file, start, 0, 2, 0);
		return start.toString('latin1') === '#!';
	} finally {
		closeSync(file);
	}
}

/** A program with the libraries that it loads under the request's LD_LIBRARY_PATH. Throws COMPILER_PROBE_FAILED. */
export function closureOf(request: CompileRequest, program: string): readonly string[] {
	try {
		if (isScript(program)) {
			throw probeFailed(request, `${program} is a script, and what it runs is not known`);
		}
		return libraryClosure(
			program,
			(request.env.get('LD_LIBRARY_PATH') ?? '').split(':').filter(isAbsolute),
		);
	} catch (error) {
		throw error instanceof AppError ? error : probeFailed(request, String(error));
	}
}

/** The first of that name on the request's PATH, and where one would come before it. Throws COMPILER_PROBE_FAILED. */
export function onPath(request: CompileRequest, name: string): FoundProgram {
	const earlier: string[] = [];
	for (const folder of (request.env.get('PATH') ?? '').split(':')) {
		const path = join(folder === '' ? request.cwd : folder, name);
		try {
			accessSync(path, constants.X_OK);
			return {path, earlier};
		} catch {
			earlier.push(path);
		}
	}
	throw probeFailed(request, `its ${name} is not on PATH`);
}

export interface FoundProgram {
	readonly path: string;
	/** Paths that are not there, or are no programs. */
	readonly earlier: readonly string[];
}

/** What gcc-config says, by which clang chooses one of several GCCs (clang's Gentoo support in its toolchain for GNU systems). */
export function gccConfigFiles(sysroot: string): readonly string[] {
	const folder = join(sysroot, '/etc/env.d/gcc');
	try {
		return [folder, ...readdirSync(folder).map(name => join(folder, name))];
	} catch {
		return [folder];
	}
}

export type ProgramDigests = readonly (readonly [path: string, digest: string])[];

/** Of each file; `missing` for what is not there. */
export async function programDigests(files: readonly string[]): Promise<ProgramDigests> {
	return Promise.all(
		files.map(async file => {
			const stamp = localStamp(file);
			const there = stamp.readUInt32LE(44) === 0;
			return [file, there ? await programDigest(file, stamp) : 'missing'] as const;
		}),
	);
}

/** One digest of all that a compiler is. `nameOf`: how each file is called in it. */
export function compilerDigest(
	programs: ProgramDigests,
	versionLines: readonly string[],
	nameOf: (file: string) => string = file => file,
): string {
	return keyOf('compiler', [
		['files', programs.flatMap(([file, digest]) => [nameOf(file), digest])],
		['version', versionLines],
	]);
}

export function probeFailed(request: CompileRequest, why: string): AppError {
	return new AppError('COMPILER_PROBE_FAILED', `${request.compiler} can't be identified: ${why}`);
}
