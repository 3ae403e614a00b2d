import {readFileSync} from 'node:fs';
import {dirname, isAbsolute, join} from 'node:path';

/** A clang configuration file and what it brings in by `@file`, relative to itself (clang manual, "Configuration files"). */
export function withIncludedConfigs(
	file: string,
	seen: Set<string> = new Set(),
): readonly string[] {
	if (seen.has(file)) {
		return [];
	}
	seen.add(file);
	let text = '';
	try {
		text = readFileSync(file, 'latin1');
	} catch {}
	for (const [, name] of text.matchAll(/(?:^|\s)@(\S+)/g)) {
		withIncludedConfigs(
			isAbsolute(name ?? '') ? (name ?? '') : join(dirname(file), name ?? ''),
			seen,
		);
	}
	return [...seen];
}
