import {type Lookup, type SearchChain, searchChain} from '../../compiler/include-search.js';
import {Lru} from '../../lib/lru.js';
import type {KnownOfFiles} from '../evidence.js';
import type {Unit} from '../unit.js';
import {type ListedFiles, listFiles} from './list-files.js';
import {SearchMemory} from './search-memory.js';

/** Folders that make enters at once, each with C and C++. */
const mostMemories = 6;

export type ForeseenFiles = ListedFiles & Required<KnownOfFiles>;

/**
 * Finds the files that compiles can read without running the preprocessor: every include of every file, whatever conditions stand around
 * it, to every file that the search can lead to. A superset, so the compile finds the same wherever it runs with them. That the
 * compiler searches as we think is tried once for each way to search.
 */
export class FileForesight {
	/** Whether what the preprocessor named was foreseen. */
	readonly #isRight = new Lru<string, boolean>(500);
	readonly #memories = new Lru<string, SearchMemory>(mostMemories);

	/** As `listFiles`; without `states` where only the preprocessor can tell. */
	async list(
		unit: Unit,
		inTurn: (list: () => Promise<ListedFiles | undefined>) => Promise<ListedFiles | undefined>,
	): Promise<ListedFiles | ForeseenFiles | undefined> {
		const chain = searchChain(
			unit.command.search,
			unit.compiler.searchFolders,
			unit.request.env.get('CPATH'),
		);
		const way = `${unit.compiler.digest} ${unit.command.language} ${unit.request.cwd} ${JSON.stringify(chain)}`;
		const isRight = this.#isRight.get(way);
		const foreseen =
			isRight === false ? undefined : await foresee(unit, this.#memoryOf(way, chain));
		if (foreseen !== undefined && isRight === true) return foreseen;
		const listed = await inTurn(() => listFiles(unit));
		if (foreseen !== undefined && listed !== undefined) {
			this.#isRight.set(way, includesAll(foreseen.files, listed.files));
		}
		return listed;
	}

	#memoryOf(way: string, chain: SearchChain): SearchMemory {
		const memory = this.#memories.get(way) ?? new SearchMemory(chain);
		this.#memories.set(way, memory);
		return memory;
	}
}

function includesAll(foreseen: readonly string[], listed: readonly string[]): boolean {
	const known = new Set(foreseen.map(plain));
	return listed.every(file => known.has(plain(file)));
}

/** clang calls `./a.h` by its shorter name. */
function plain(path: string): string {
	return path.replace(/^(?:\.\/+)+/, '');
}

/** Undefined where the text does not say which files there are. */
async function foresee(unit: Unit, memory: SearchMemory): Promise<ForeseenFiles | undefined> {
	const {shim, command, parts} = unit;
	const startedNs = parts.nowNs();
	const states = await memory.look(shim, parts.absences, unit.request.cwd);
	const table = memory.lookups;
	const lookups = new Set(table.first());
	const seen = new Set([command.input]);
	const looked = new Set<string>();
	const digests = new Map<string, string>();
	let wave: readonly string[] = [command.input];
	let followed = 0;
	while (wave.length > 0) {
		const found = await parts.sources.digests(shim, wave, await states.stamps(wave), true);
		for (const [index, path] of wave.entries()) {
			const digest = found[index];
			const scan = digest === undefined ? undefined : parts.sources.scan(digest);
			if (digest === undefined || scan === undefined) return undefined;
			if (scan.computed || scan.computedProbe) return undefined;
			digests.set(path, digest);
			const isSource = path === command.input;
			const made = isSource ? table.ofSource({path, scan}) : table.ofHeader({path, scan});
			for (const lookup of made) lookups.add(lookup);
		}
		const added: Lookup[] = [...lookups].slice(followed);
		followed += added.length;
		await states.learn(added);
		const next = new Set<string>();
		for (const lookup of added) {
			const {candidates, probe} = lookup;
			for (const path of candidates) looked.add(path);
			const isImplicit = lookup === table.implicit;
			if (probe && !isImplicit) continue;
			const files = candidates.filter(path => states.of(path).state === 'file');
			const there = isImplicit ? files.slice(0, 1) : files;
			// Most likely the compile fails, and then better here.
			if (there.length === 0 && !probe && seen.size === 1) return undefined;
			for (const path of there) if (!seen.has(path)) next.add(path);
		}
		for (const path of next) seen.add(path);
		wave = [...next];
	}
	memory.remember(states, looked);
	return {files: [...seen], startedNs, states, lookups: {all: [...lookups], digests}};
}
