import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {AppError} from '../lib/errors.js';
import type {ArchiveCache, HeldArchive} from './archive-cache.js';
import {unpackable} from './archive-tree.js';
import type {AskCompiler} from './ask-compiler.js';
import {claim} from './claim.js';
import {FixedArchive} from './fixed-archive.js';
import {packToolchain, packVersion} from './pack.js';
import {Staging} from './staging.js';
import {WeakKeys} from './weak-keys.js';
import type {Progress, WrittenArchive} from './write-archive.js';

/** One of [[dist.toolchains]]. */
export type ToolchainSetting =
	| {readonly type: 'no_dist'; readonly compilerExecutable: string}
	| {
			readonly type: 'path_override';
			readonly compilerExecutable: string;
			readonly archive: string;
			readonly archiveCompilerExecutable: string;
	  };

export interface PackerOptions {
	/** For weak_map.json. */
	readonly folder: string;
	readonly archives: ArchiveCache;
	readonly settings: readonly ToolchainSetting[];
	readonly ask: AskCompiler;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	readonly onPacking?: (packing: Packing) => void;
}

/** How it goes with one compiler. */
export type Packing =
	| {readonly state: 'begun'; readonly compiler: string}
	| {readonly state: 'going on'; readonly compiler: string; readonly progress: Progress}
	| {readonly state: 'packed'; readonly compiler: string; readonly archive: WrittenArchive}
	| {readonly state: 'failed'; readonly compiler: string; readonly reason: string};

/** A compiler as the client knows it: its path, and the digest over all that takes part in a compile. */
export interface CompilerName {
	readonly compiler: string;
	readonly digest: string;
	/** Asked after packing: false, if what was packed may be another compiler than the digest names. */
	readonly isStillThat?: () => boolean;
}

export type Readiness =
	/** `executable`: the compiler's path in the archive. */
	| {readonly state: 'ready'; readonly archiveId: string; readonly executable: string}
	| {readonly state: 'packing'}
	| {readonly state: 'refused'; readonly reason: string};

/** What can't be packed is tried again after so long: the user may have put it right. */
const retryMs = 10 * 60_000;
/** How often to look whether another thread or process has packed it. */
const pollMs = 500;

interface Refusal {
	readonly reason: string;
	readonly untilMs: number;
}

/** Has the client's compilers packed, one at a time each, while their compiles run here: nobody waits for it. */
export class Packer {
	readonly #options: PackerOptions;
	readonly #staging: Staging;
	readonly #keys: WeakKeys;
	readonly #running = new Map<string, Promise<void>>();
	readonly #refusals = new Map<string, Refusal>();
	readonly #settings: ReadonlyMap<string, ToolchainSetting>;
	readonly #fixed = new Map<string, FixedArchive>();

	/** Throws what making the folder throws. */
	constructor(options: PackerOptions) {
		this.#options = options;
		this.#staging = new Staging(join(options.folder, 'toolchain_tmp'));
		this.#keys = new WeakKeys(join(options.folder, 'weak_map.json'), this.#staging);
		this.#settings = new Map(
			options.settings.map(setting => [setting.compilerExecutable, setting] as const),
		);
		for (const setting of options.settings)
			if (setting.type === 'path_override')
				this.#fixed.set(setting.archive, new FixedArchive(setting.archive));
	}

	/** Answers at once; what is not packed yet is begun. */
	ready(name: CompilerName): Readiness {
		const setting = this.#settings.get(name.compiler);
		if (setting?.type === 'no_dist')
			return {state: 'refused', reason: `${name.compiler} is no_dist in dist.toolchains`};
		if (setting?.type === 'path_override')
			return this.#overridden(setting.archive, setting.archiveCompilerExecutable);
		const key = weakKey(name);
		if (this.#running.has(key)) return {state: 'packing'};
		const archiveId = this.#keys.get(key);
		if (archiveId !== undefined && this.#options.archives.has(archiveId))
			return {state: 'ready', archiveId, executable: name.compiler};
		const refusal = this.#refusals.get(key);
		if (refusal !== undefined && this.#options.now() < refusal.untilMs)
			return {state: 'refused', reason: refusal.reason};
		this.#begin(key, name);
		return {state: 'packing'};
	}

	/** The archive to upload; undefined when it went meanwhile: ready() has it packed again. */
	async acquire(archiveId: string): Promise<HeldArchive | undefined> {
		for (const fixed of this.#fixed.values()) {
			try {
				const sizeBytes = fixed.sizeBytes(archiveId);
				if (sizeBytes !== undefined) return {path: fixed.path, sizeBytes, release: () => {}};
			} catch (error) {
				if (!(error instanceof AppError)) throw error;
			}
		}
		return this.#options.archives.acquire(archiveId);
	}

	/** When nothing is being packed any more. */
	async settled(): Promise<void> {
		await Promise.all(this.#running.values());
		await Promise.all([...this.#fixed.values()].map(fixed => fixed.settled()));
	}

	#overridden(archive: string, executable: string): Readiness {
		try {
			const archiveId = this.#fixed.get(archive)?.id();
			return archiveId === undefined ? {state: 'packing'} : {state: 'ready', archiveId, executable};
		} catch (error) {
			if (!(error instanceof AppError)) throw error;
			return {state: 'refused', reason: error.message};
		}
	}

	#begin(key: string, name: CompilerName): void {
		const running = this.#pack(key, name)
			.then(() => void this.#refusals.delete(key))
			.catch(error => {
				const reason = error instanceof Error ? error.message : String(error);
				this.#refusals.set(key, {reason, untilMs: this.#options.now() + retryMs});
				this.#options.onPacking?.({state: 'failed', compiler: name.compiler, reason});
			})
			.finally(() => this.#running.delete(key));
		this.#running.set(key, running);
	}

	async #pack(key: string, {compiler, isStillThat}: CompilerName): Promise<void> {
		const {archives, now} = this.#options;
		const mark = createHash('sha256').update(key).digest('hex');
		for (;;) {
			const known = this.#keys.getFresh(key);
			if (known !== undefined && archives.has(known)) return;
			const release = claim(join(this.#staging.folder, mark), now());
			if (release === undefined) {
				await sleep(pollMs, undefined, {ref: false});
				continue;
			}
			try {
				const id = await archives.put(async file => (await this.#write(compiler, file)).id);
				if (isStillThat?.() === false) throw unpackable(`${compiler} changed while it was packed`);
				if (id !== undefined) this.#keys.set(key, id, other => archives.has(other));
				return;
			} finally {
				release();
			}
		}
	}

	async #write(compiler: string, file: string): Promise<WrittenArchive> {
		const {ask, onPacking = () => {}} = this.#options;
		onPacking({state: 'begun', compiler});
		const onProgress = (progress: Progress) => onPacking({state: 'going on', compiler, progress});
		const archive = await packToolchain({compiler, ask, onProgress}, file);
		onPacking({state: 'packed', compiler, archive});
		return archive;
	}
}

function weakKey({compiler, digest}: CompilerName): string {
	return `${compiler}-${digest}-${packVersion}`;
}
