import type {Entry, Manifest} from '../store/store.js';
import {decodeEntry, encodeEntry, type FoundBy} from './entry-body.js';
import type {Level, ReadFailure} from './level.js';
import {
	decodeManifests,
	encodeManifests,
	mergeManifests,
	type SharedManifest,
} from './manifests-body.js';
import {PathLists} from './path-lists.js';
import type {Seal} from './seal.js';
import {WriteQueue} from './write-queue.js';

const queueLimits = {mostBytes: 128 * 1024 * 1024, most: 2000, atOnce: 4};

/** What was asked of one shared store, for whoever asks later why. */
export interface TierAnswer {
	readonly tier: string;
	readonly answer: /** It knows nothing of this source and command line. */
		| 'unknown'
		/** What it knows was made with other files. */
		| 'files differ'
		/** The result itself is not there any more. */
		| 'gone'
		| ReadFailure
		| 'found';
	readonly elapsedMs: number;
}

export interface Search {
	readonly directKey: string;
	/** What the compile would take, as far as is known. */
	readonly compileMs: number;
	/** The first that holds for the files as they are. */
	readonly pick: (manifests: readonly Manifest[]) => Promise<Manifest | undefined>;
	readonly tell: (answer: TierAnswer) => void;
}

export interface Found {
	readonly tier: string;
	/** To be served, and put on the disk. */
	readonly entry: Entry;
}

export interface SharedTiersOptions {
	/** Nearest first. */
	readonly levels: readonly Level[];
	readonly seal: Seal;
	readonly nowMs: () => number;
	readonly onError: (error: unknown) => void;
}

/** The stores behind the disk: asked in their order, written to in the background. Nothing here throws. */
export class SharedTiers {
	readonly #options: SharedTiersOptions;
	readonly #writes = new WriteQueue(queueLimits);
	readonly #lists = new PathLists();

	constructor(options: SharedTiersOptions) {
		this.#options = options;
	}

	/** By direct key: what is found goes to the nearer stores, too. */
	async find(search: Search): Promise<Found | undefined> {
		const {levels, nowMs} = this.#options;
		for (const [index, level] of levels.entries()) {
			const startedMs = nowMs();
			const {answer, found} = await this.#findIn(index, search);
			const elapsedMs = nowMs() - startedMs;
			search.tell({tier: level.name, answer, elapsedMs});
			if (found === undefined) {
				level.count('misses', 1);
				continue;
			}
			level.count('hits', 1);
			level.count('hitMs', elapsedMs);
			return found;
		}
		return undefined;
	}

	/** By the key of the result itself, which preprocessed mode knows. */
	async findResult(
		resultKey: string,
		compileMs: number,
		tell: Search['tell'],
	): Promise<Found | undefined> {
		const {levels, nowMs} = this.#options;
		const by = {directKey: undefined, manifest: undefined};
		for (const [index, level] of levels.entries()) {
			const startedMs = nowMs();
			const {answer, found} = await this.#resultIn(index, resultKey, {compileMs, sizeBytes: 0}, by);
			const elapsedMs = nowMs() - startedMs;
			tell({tier: level.name, answer, elapsedMs});
			level.count(found === undefined ? 'misses' : 'hits', 1);
			if (found === undefined) continue;
			level.count('hitMs', elapsedMs);
			return found;
		}
		return undefined;
	}

	/** In the background, as far as there is room. `onFailure`: once, when a store could not take it. */
	keep(entry: Entry, onFailure: () => void): void {
		const {levels, seal} = this.#options;
		const sizeBytes = bytesOf(entry);
		const takers = levels.filter(level => level.writable);
		this.#inBackground(takers, sizeBytes, async () => {
			const open = openOnes(takers);
			if (open.length === 0) return;
			const object = await seal.close('entry', entry.resultKey, encodeEntry(entry));
			if (object === undefined) {
				for (const level of open) level.dropped(1);
				return;
			}
			const {directKey, manifest, compileMs} = entry.facts;
			const written = await Promise.all(
				open.map(async level => {
					if (!(await level.write(entry.resultKey, object))) return false;
					// Only now: a manifest leads to what is there.
					return directKey === undefined || manifest === undefined
						? true
						: this.#addManifest(level, directKey, {...manifest, compileMs, sizeBytes});
				}),
			);
			if (written.includes(false)) onFailure();
		});
	}

	/** How direct mode finds a result that is there already. */
	keepManifest(directKey: string, manifest: SharedManifest): void {
		const takers = this.#options.levels.filter(level => level.writable);
		this.#inBackground(takers, weightOf(manifest), async () => {
			await Promise.all(
				openOnes(takers).map(level => this.#addManifest(level, directKey, manifest)),
			);
		});
	}

	/** Writes what waits, for so long at most. */
	async drain(longestMs: number): Promise<void> {
		const dropped = await this.#writes.drain(longestMs);
		if (dropped === 0) return;
		for (const level of this.#options.levels) if (level.writable) level.dropped(dropped);
	}

	close(): void {
		for (const level of this.#options.levels) level.close();
	}

	async #findIn(
		index: number,
		{directKey, compileMs, pick}: Search,
	): Promise<{readonly answer: TierAnswer['answer']; readonly found?: Found}> {
		const level = this.#options.levels[index] as Level;
		const read = await level.read('manifests', directKey, {compileMs, sizeBytes: 0});
		if (read.kind === 'failed') return {answer: read.why};
		if (read.kind === 'absent') return {answer: 'unknown'};
		const manifests = decodeManifests(read.body, this.#lists);
		if (manifests === undefined) {
			level.reject(directKey, 'damaged');
			return {answer: 'damaged'};
		}
		const picked = await pick(manifests);
		const manifest = manifests.find(one => one === picked);
		if (manifest === undefined) return {answer: 'files differ'};
		const {resultKey, includes, absent, present} = manifest;
		return this.#resultIn(index, resultKey, manifest, {
			directKey,
			manifest: {resultKey, includes, absent, present},
		});
	}

	async #resultIn(
		index: number,
		resultKey: string,
		question: {readonly compileMs: number; readonly sizeBytes: number},
		by: FoundBy,
	): Promise<{readonly answer: TierAnswer['answer']; readonly found?: Found}> {
		const level = this.#options.levels[index] as Level;
		const read = await level.read('entry', resultKey, question);
		if (read.kind === 'failed') return {answer: read.why};
		if (read.kind === 'absent') return {answer: by.manifest === undefined ? 'unknown' : 'gone'};
		const entry = decodeEntry(resultKey, read.body, by);
		if (entry === undefined) {
			level.reject(resultKey, 'damaged');
			return {answer: 'damaged'};
		}
		this.#backfill(index, entry, read.object);
		return {answer: 'found', found: {tier: level.name, entry}};
	}

	/** The object as it came, to the stores before this one. */
	#backfill(index: number, entry: Entry, object: Buffer): void {
		const {levels} = this.#options;
		const nearer = levels.slice(0, index).filter(level => level.writable);
		if (nearer.length === 0) return;
		const {directKey, manifest, compileMs} = entry.facts;
		this.#inBackground(nearer, object.length, async () => {
			for (const level of openOnes(nearer)) {
				if (!(await level.write(entry.resultKey, object))) continue;
				if (directKey !== undefined && manifest !== undefined) {
					const sizeBytes = bytesOf(entry);
					await this.#addManifest(level, directKey, {...manifest, compileMs, sizeBytes});
				}
				(levels[index] as Level).count('backfillsFrom', 1);
				level.count('backfillsTo', 1);
			}
		});
	}

	/**
	 * To those that are there. Of two hosts that do this in the same instant one may undo what the other did: what is lost is found
	 * anew by the next compile.
	 */
	async #addManifest(level: Level, directKey: string, added: SharedManifest): Promise<boolean> {
		const {seal} = this.#options;
		const body = await level.readToMerge('manifests', directKey);
		const known = body === undefined ? [] : (decodeManifests(body, this.#lists) ?? []);
		const merged = encodeManifests(mergeManifests(known, [added]));
		const object = await seal.close('manifests', directKey, merged);
		return object !== undefined && level.write(directKey, object);
	}

	#inBackground(takers: readonly Level[], sizeBytes: number, run: () => Promise<void>): void {
		if (takers.length === 0) return;
		const hasTaker = takers.some(level => level.takesWrites);
		const work = () => run().catch(this.#options.onError);
		if (hasTaker && this.#writes.add(sizeBytes, work)) return;
		for (const level of takers) level.dropped(1);
	}
}

/** Those that may be written to now; for the others it is counted. */
function openOnes(levels: readonly Level[]): readonly Level[] {
	return levels.filter(level => {
		if (level.takesWrites) return true;
		level.dropped(1);
		return false;
	});
}

const bytesOf = ({members}: Pick<Entry, 'members'>): number =>
	members.reduce((sum, {bytes}) => sum + bytes.length, 0);

/** About what it takes in memory. */
const weightOf = ({includes, absent, present}: Manifest): number =>
	100 * (includes.length + absent.length + present.length);
