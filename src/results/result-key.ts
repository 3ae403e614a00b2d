import {createHash} from 'node:crypto';
import {
	type DescribedFile,
	type DescribedJob,
	jobDigest,
	resultHint,
} from '../protocol/dist/job-digest.js';
import type {ContentMarks} from './content-marks.js';

export interface KeyedFile extends DescribedFile {
	readonly mtimeS: number;
	readonly marks: ContentMarks;
}

export interface KeyedJob extends DescribedJob {
	readonly files: readonly KeyedFile[];
	/** All that the command gets, which is not all that was sent. */
	readonly environment: readonly (readonly [name: string, value: string])[];
}

/** Of what is said here and in the sandbox without being in the job. */
const version = 'results 1';

/** An assembler's listing has its time; `native` is another CPU on another machine. */
const unsteadyArgument = /__DATE__|__TIME__|(?:^|,)-a[cdhlmns]*g|=native\b/;

/** Where a file's time is in the result, or is compared with one that an input holds. */
const timedArgument = /__TIMESTAMP__|^-(?:fmodule|fpch|include-pch|emit-pch|emit-module)/;
const timedFile = /\.(?:gch|pch|pcm|gcm|ad[bs]|ali)$/;

/**
 * By what a result is kept: its job's hint, and a digest of everything that the result depends on. Undefined when that is not known: the
 * job sees what time it is, or which CPU, or has two files at one path.
 */
export function resultKey(job: KeyedJob): string | undefined {
	const {files, request, environment} = job;
	const args = request.command.arguments;
	if (args.some(arg => unsteadyArgument.test(arg))) return undefined;
	if (files.some(({marks}) => marks.showsClock)) return undefined;
	const byPath = new Map(files.map(file => [file.path, file]));
	if (byPath.size !== files.length) return undefined;
	const described = jobDigest(job);
	const digest = createHash('sha256')
		.update(`${version}\0`)
		.update(described)
		.update(JSON.stringify([environment, visibleTimes(files, args)]))
		.digest('hex');
	return `${resultHint(described)}-${digest}`;
}

export const hintIn = (key: string): string => key.slice(0, key.indexOf('-'));

/**
 * Of the files' times what a compile can see. Without anything that shows them, that is which of the files with one content have one
 * time too: GCC takes these for the same file at `#pragma once` and `#import` (libcpp, files.cc).
 */
function visibleTimes(
	files: readonly KeyedFile[],
	args: readonly string[],
): readonly (readonly (string | number)[])[] {
	const sorted = files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
	const isShown =
		args.some(arg => timedArgument.test(arg)) ||
		files.some(({path, marks}) => marks.showsFileTime || timedFile.test(path));
	if (isShown) return sorted.map(({path, mtimeS}) => [path, mtimeS]);
	const first = new Map<string, string>();
	return sorted.flatMap(({path, digest, mtimeS}) => {
		const name = `${digest} ${mtimeS}`;
		const twin = first.get(name);
		if (twin === undefined) first.set(name, path);
		return twin === undefined ? [] : [[path, twin]];
	});
}
