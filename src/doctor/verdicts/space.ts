import {failure, ok, type Verdict, warning} from '../verdict.js';

export interface SpaceFacts {
	readonly path: string;
	/** What the configuration lets it grow to. */
	readonly limitBytes: number;
	/** What it holds now. */
	readonly usedBytes: number;
	/** Left on the file system for its user. */
	readonly freeBytes: number;
	/** Left, of files. */
	readonly freeFiles: number;
	/** What changes the limit. */
	readonly setting: string;
}

/** Less, and what is stored next may fail. */
const leastBytes = 512 * 1024 ** 2;
const leastFiles = 10_000;

/** The file system has room for what the cache may still grow. */
export function judgeSpace(facts: SpaceFacts): Verdict {
	const {path, limitBytes, usedBytes, freeBytes, freeFiles, setting} = facts;
	const growsBytes = Math.max(0, limitBytes - usedBytes);
	const where = `the file system of ${path}`;
	if (freeBytes < Math.min(leastBytes, growsBytes)) {
		return failure(
			`${size(freeBytes)} are left on ${where}: what is compiled can't be kept.`,
			`make room there, or lower ${setting}`,
		);
	}
	// File systems that count none say 0 of 0; those that do have few left before they have none.
	if (freeFiles > 0 && freeFiles < leastFiles) {
		return warning(`Only ${freeFiles} files more fit on ${where}.`, `make room there`);
	}
	if (freeBytes < growsBytes) {
		return warning(
			`It may grow by ${size(growsBytes)}, but only ${size(freeBytes)} are left on ${where}.`,
			`make room there, or lower ${setting}`,
		);
	}
	return ok(`${size(usedBytes)} of ${size(limitBytes)} are used, ${size(freeBytes)} are free.`);
}

/** In the largest unit that leaves at least one. */
export function size(bytes: number): string {
	const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
	const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(bytes || 1) / 10)));
	const value = bytes / 1024 ** unit;
	return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
