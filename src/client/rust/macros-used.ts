import {basename, join} from 'node:path/posix';
import type {CompileRequest} from '../../protocol/frames.js';
import {keepStamps, stampAt} from '../../protocol/stamp.js';
import type {RustCommand} from '../../rustc/command.js';
import {macroFiles} from '../../rustc/macros.js';
import {variablesNamed} from '../../rustc/scan.js';
import type {ShimConnection} from '../shim-connection.js';
import type {RustParts} from './rust-unit.js';

/** The procedural macros that a crate may use, its own and those behind its crates. */
export interface MacrosUsed {
	readonly paths: readonly string[];
	readonly stamps: Buffer;
	readonly digests: readonly string[];
	/** `NAME=VALUE` of the variables that one of them may ask for. */
	readonly variables: readonly string[];
	/** One looks at more than what is compiled: no dependency file says at what. */
	readonly readsOther: boolean;
}

/** `externs`: the crates that are used, and their digests. Undefined when one can't be read. */
export async function macrosUsed(
	{sources}: RustParts,
	shim: ShimConnection,
	{env}: CompileRequest,
	{searchPaths}: RustCommand,
	externs: readonly {readonly path: string; readonly digest: string}[],
): Promise<MacrosUsed | undefined> {
	const own = externs.filter(({path}) => path.endsWith('.so')).map(({path}) => path);
	const scans = externs.map(({digest}) => sources.scan(digest));
	const occurs = (text: string) =>
		scans.some(scan => scan?.kind === 'crate' && scan.names.has(text));
	const folders = new Set(
		searchPaths.filter(({kind}) => /^(?:all|crate|dependency)$/.test(kind)).map(({path}) => path),
	);
	const found =
		externs.length === 0
			? []
			: await Promise.all(
					[...folders].map(async folder =>
						macroFiles((await shim.list(folder)) ?? [], occurs).map(name => join(folder, name)),
					),
				);
	const candidates = [...new Set([...own, ...found.flat()])].sort();
	if (candidates.length === 0) return none;
	const stamps = Buffer.from(await shim.stat(candidates));
	const digests = await sources.digests(shim, candidates, stamps, true);
	if (digests.includes(undefined)) return undefined;
	const macros = candidates.flatMap((path, index) => {
		const digest = digests[index] as string;
		const scan = sources.scan(digest);
		return scan?.kind === 'shared' && scan.hasMacros
			? [{path, digest, scan, stamp: stampAt(stamps, index)}]
			: [];
	});
	const names = new Set(macros.flatMap(({scan}) => variablesNamed(scan, env.keys())));
	return {
		paths: macros.map(({path}) => path),
		stamps: keepStamps(macros.map(({stamp}) => stamp)),
		digests: macros.map(({digest}) => digest),
		variables: [...names].sort().map(name => `${name}=${env.get(name)}`),
		readsOther: macros.some(({scan}) => scan.readsOther),
	};
}

const none: MacrosUsed = {
	paths: [],
	stamps: Buffer.alloc(0),
	digests: [],
	variables: [],
	readsOther: false,
};

/** As they are named in a key. */
export function macroFields({paths, digests}: MacrosUsed): readonly string[] {
	return paths.flatMap((path, index) => [basename(path), digests[index] as string]);
}
