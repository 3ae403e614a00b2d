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
	if (new Set(files.map(({path}) => path)).size !== files.length) return undefined;
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
	const isShown =
		args.some(arg => timedArgument.test(arg)) ||
		files.some(({path, marks}) => marks.showsFileTime || timedFile.test(path));
	if (isShown) return byPath(files).map(({path, mtimeS}) => [path, mtimeS]);
	const first = new Map<string, string>();
	return byPath(thoseAlike(files)).flatMap(({path, digest, mtimeS}) => {
		const name = `${digest} ${mtimeS}`;
		const twin = first.get(name);
		if (twin === undefined) first.set(name, path);
		return twin === undefined ? [] : [[path, twin]];
	});
}

/** Of files whose content another one has too. */
function thoseAlike(files: readonly KeyedFile[]): readonly KeyedFile[] {
	const once = new Set<string>();
	const again = new Set<string>();
	for (const {digest} of files) (once.has(digest) ? again : once).add(digest);
	return again.size === 0 ? [] : files.filter(({digest}) => again.has(digest));
}

const byPath = (files: readonly KeyedFile[]): readonly KeyedFile[] =>
	files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
