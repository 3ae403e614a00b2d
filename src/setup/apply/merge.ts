import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {sha256} from './sha256.js';
import {type Entry, stateFolder} from './state.js';

/** Of two steps on a path: what was there before the first, and what the second wrote. */
export function mergeEntries(
	base: string,
	old: readonly Entry[],
	recent: readonly Entry[],
): Entry[] {
	const entries = new Map(old.map(entry => [entry.path, entry]));
	for (const entry of recent) {
		const earlier = entries.get(entry.path);
		entries.set(entry.path, earlier === undefined ? entry : joined(base, earlier, entry));
	}
	return [...entries.values()];
}

function joined(base: string, earlier: Entry, later: Entry): Entry {
	if (later.kind !== 'file') return earlier;
	const between = hashBefore(base, later);
	const known = [undefined, earlier.after, hashBefore(base, earlier)];
	const edited = earlier.edited || !known.includes(between);
	return {...later, before: earlier.before, edited};
}

function hashBefore(base: string, {before}: Entry): string | undefined {
	if (before === null || !('backup' in before)) return undefined;
	return sha256(readFileSync(join(base, stateFolder, before.backup)));
}

export function mergeCommands(
	old: readonly (readonly string[])[],
	recent: readonly (readonly string[])[],
): string[][] {
	const all = [...old, ...recent].map(argv => [...argv]);
	return [...new Map(all.map(argv => [argv.join('\0'), argv])).values()];
}
