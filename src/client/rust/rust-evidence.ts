import {basename, join} from 'node:path/posix';
import {isRegularFile, stampAt} from '../../protocol/stamp.js';
import {clippySettings, moduleTwins} from '../../rustc/companions.js';
import type {DepInfo} from '../../rustc/dep-info.js';
import {withoutRoots} from '../../rustc/roots.js';
import type {FileVersion} from '../../store/store.js';
import {environmentCondition} from '../conditions.js';
import {touchedIn} from '../evidence.js';
import type {RustUnit} from './rust-unit.js';

/** What a finished compile rests on. */
export type RustEvidence =
	| {readonly kind: 'uncacheable'; readonly reason: string}
	| {
			readonly kind: 'sound';
			readonly includes: readonly FileVersion[];
			readonly absent: readonly string[];
	  };

const uncacheable = (reason: string): RustEvidence => ({kind: 'uncacheable', reason});

/**
 * Looks at every file that the compile read. `linked`: what went into it besides sources, as far as a linker or an archive is made.
 * `startedNs` by the clock that stamps files.
 */
export async function gatherRustEvidence(
	unit: RustUnit,
	depInfo: DepInfo,
	linked: readonly string[],
	startedNs: bigint,
): Promise<RustEvidence> {
	const {shim, command, request, parts, roots} = unit;
	const unknown = [...depInfo.variables].find(([name, value]) => request.env.get(name) !== value);
	if (unknown !== undefined) return uncacheable('a variable was read that is not told');
	if (!Buffer.from(await shim.stat(unit.inputs)).equals(unit.inputStamps)) {
		return uncacheable('an input changed during the compile');
	}
	const {sources} = depInfo;
	const companions = [...moduleTwins(sources, command.input), ...settingsOf(unit)].filter(
		path => !sources.includes(path),
	);
	const asked = [...sources, ...linked, ...companions];
	const stamps = Buffer.from(await shim.stat(asked));
	const touched = touchedIn(sources, stamps, startedNs);
	if (touched !== undefined) return uncacheable(touched);
	const isThere = (path: string) => isRegularFile(stampAt(stamps, asked.indexOf(path)));
	const read = [...sources, ...linked, ...companions.filter(isThere)];
	const digests = await digestsOf(unit, sources, read, stamps, asked);
	if (typeof digests === 'string') return uncacheable(digests);
	if (digests[sources.indexOf(command.input)] !== unit.sourceDigest) {
		return uncacheable('source or header younger than the compile');
	}
	if (
		command.outputs.some(({kind}) => kind === 'rlib' || kind === 'archive' || kind === 'shared')
	) {
		const attributed = sources.some((_, index) => {
			const scan = parts.rust.sources.scan(digests[index] as string);
			return scan?.kind === 'source' && scan.linksByAttribute;
		});
		if (attributed) return uncacheable('a source names a static library');
	}
	const taken = (path: string) => withoutRoots(roots, path);
	const versions = read.flatMap((path, index) =>
		path === command.input ? [] : [{path: taken(path), digest: digests[index] as string}],
	);
	const conditions = [...depInfo.variables.keys()].map(name =>
		environmentCondition(name, request.env),
	);
	return {
		kind: 'sound',
		includes: [...versions, ...conditions],
		absent: [...companions.filter(path => !isThere(path)), ...(await shadows(unit, linked))]
			.map(taken)
			.sort(),
	};
}

/** Sources with their scans, the rest without; a reason when one could not be read. */
async function digestsOf(
	{shim, parts}: RustUnit,
	sources: readonly string[],
	read: readonly string[],
	stamps: Buffer,
	asked: readonly string[],
): Promise<readonly string[] | string> {
	const stampsOf = (paths: readonly string[]) =>
		Buffer.concat(paths.map(path => stampAt(stamps, asked.indexOf(path))));
	const others = read.slice(sources.length);
	const digests = [
		...(await parts.rust.sources.digests(shim, sources, stampsOf(sources), true)),
		...(await parts.rust.sources.digests(shim, others, stampsOf(others))),
	];
	return digests.includes(undefined) ? 'a source could not be read' : (digests as string[]);
}

/** What clippy and procedural macros read beside the sources: their package's Cargo.toml (as `proc-macro-crate` does), clippy's settings. */
function settingsOf({command, request}: RustUnit): readonly string[] {
	const folder = request.env.get('CARGO_MANIFEST_DIR');
	return [
		...(folder === undefined || command.externs.length === 0 ? [] : [join(folder, 'Cargo.toml')]),
		...(command.program === 'clippy' ? clippySettings(request.env) : []),
	];
}

/** Where a library that was linked could have been found before: in any folder of the search, shared or not. */
async function shadows(unit: RustUnit, linked: readonly string[]): Promise<readonly string[]> {
	const folders = [...new Set(unit.command.searchPaths.map(({path}) => path))];
	const names = linked
		.map(path => basename(path))
		.flatMap(name => {
			const stem = /^lib.*(?=\.(?:a|so)$)/.exec(name)?.[0];
			return stem === undefined ? [] : [`${stem}.so`, `${stem}.a`];
		});
	const paths = folders.flatMap(folder => [...new Set(names)].map(name => join(folder, name)));
	const stamps = Buffer.from(await unit.shim.stat(paths));
	return paths.filter(
		(path, index) => !linked.includes(path) && !isRegularFile(stampAt(stamps, index)),
	);
}
