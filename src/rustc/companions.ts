import {dirname, join} from 'node:path/posix';
import type {StaticLibrary} from './command.js';

/** `mod x;` finds x.rs or x/mod.rs, and two are an error: where the other one of a module would be. */
export function moduleTwins(sources: readonly string[], root: string): readonly string[] {
	return sources.flatMap(path => {
		if (path === root || !path.endsWith('.rs')) return [];
		const folder = dirname(path);
		return path.endsWith('/mod.rs')
			? [`${folder}.rs`]
			: [join(folder, path.slice(folder === '.' ? 0 : folder.length + 1, -3), 'mod.rs')];
	});
}

/** Where clippy looks for its settings, the first one wins (clippy_config, `lookup_conf_file`). */
export function clippySettings(env: ReadonlyMap<string, string>): readonly string[] {
	const start = env.get('CLIPPY_CONF_DIR') ?? env.get('CARGO_MANIFEST_DIR') ?? '.';
	const folders = [start];
	for (let folder = start; dirname(folder) !== folder; folder = dirname(folder)) {
		folders.push(dirname(folder));
	}
	return folders.flatMap(folder => [join(folder, '.clippy.toml'), join(folder, 'clippy.toml')]);
}

/** The name of the file that `-l static=NAME` means. */
export function staticLibraryFile({name, verbatim}: StaticLibrary): string {
	return verbatim ? name : `lib${name}.a`;
}
