import {chmodSync, chownSync, mkdirSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {systemCode} from '../lib/errors.js';
import {overlayMount, type Room, roomIn, scratchMount} from './overlay-plan.js';
import type {Owner} from './place-inputs.js';
import type {Warden} from './warden.js';

export interface RoomOptions {
	readonly warden: Warden;
	/** Empty, and ours. */
	readonly builds: string;
	readonly namespace: 'root' | 'user';
	readonly owner: Owner;
	/** Of each room, in memory; undefined keeps them on the disk, where only the size of a file is limited. */
	readonly scratchBytes: number | undefined;
	/** How many are made ahead of need for each toolchain that is prepared. */
	readonly ready: number;
}

interface TakenRoom extends Room {
	readonly slot: string;
	readonly toolchainFolder: string;
}

interface Prepared {
	readonly ready: TakenRoom[];
	making: number;
}

/** Toolchains for which rooms are made ahead of need, the last used. */
const mostPrepared = 8;

/** Rooms for jobs: mounted ahead of need, and cleared away behind the job's back. */
export class Rooms {
	readonly #options: RoomOptions;
	/** Folders that no room is in. */
	readonly #free: string[] = [];
	readonly #prepared = new Map<string, Prepared>();
	readonly #background = new Set<Promise<void>>();
	#slots = 0;
	#serial = 0;
	#closed = false;

	constructor(options: RoomOptions) {
		this.#options = options;
	}

	async take(toolchainFolder: string): Promise<TakenRoom> {
		const prepared = this.#prepared.get(toolchainFolder);
		const room = prepared?.ready.shift();
		if (prepared !== undefined) this.prepare(toolchainFolder);
		return room ?? this.#make(toolchainFolder);
	}

	giveBack(room: TakenRoom): void {
		this.#behind(() => this.#clear(room));
	}

	prepare(toolchainFolder: string): void {
		if (this.#closed) return;
		const prepared = this.#prepared.get(toolchainFolder) ?? {ready: [], making: 0};
		this.#prepared.delete(toolchainFolder);
		this.#prepared.set(toolchainFolder, prepared);
		const [oldest] = this.#prepared.keys();
		if (this.#prepared.size > mostPrepared && oldest !== undefined) this.#drop(oldest);
		while (prepared.ready.length + prepared.making < this.#options.ready) {
			prepared.making++;
			this.#behind(() => this.#makeAhead(toolchainFolder, prepared));
		}
	}

	/** Nothing is mounted over the toolchain any more but for jobs that run. */
	async forget(toolchainFolder: string): Promise<void> {
		this.#drop(toolchainFolder);
		// Rooms that were being made are then given back, and then cleared.
		for (let rounds = 0; rounds < 2; rounds++) await Promise.all(this.#background);
	}

	/** After the last room was given back. */
	async close(): Promise<void> {
		this.#closed = true;
		for (const toolchainFolder of [...this.#prepared.keys()]) this.#drop(toolchainFolder);
		while (this.#background.size > 0) await Promise.all(this.#background);
		for (const slot of this.#free.splice(0)) {
			if (this.#options.scratchBytes !== undefined) await this.#options.warden.unmount(slot);
			await rm(slot, {recursive: true, force: true});
		}
	}

	#drop(toolchainFolder: string): void {
		const prepared = this.#prepared.get(toolchainFolder);
		this.#prepared.delete(toolchainFolder);
		for (const room of prepared?.ready.splice(0) ?? []) this.giveBack(room);
	}

	/** Whoever called us goes first. */
	#behind(work: () => Promise<void>): void {
		const done = nextTurn()
			.then(work)
			.finally(() => this.#background.delete(done));
		this.#background.add(done);
	}

	/** That it fails is not told: the job that needs a room makes its own, and is told why it can't. */
	async #makeAhead(toolchainFolder: string, prepared: Prepared): Promise<void> {
		try {
			const room = await this.#make(toolchainFolder);
			if (this.#prepared.get(toolchainFolder) === prepared) prepared.ready.push(room);
			else this.giveBack(room);
		} catch (error) {
			if (systemCode(error) === undefined) throw error;
		} finally {
			prepared.making--;
		}
	}

	async #make(toolchainFolder: string): Promise<TakenRoom> {
		const {warden, namespace} = this.#options;
		const slot = this.#free.pop() ?? (await this.#makeSlot());
		const room = {...roomIn(slot, this.#serial++), slot, toolchainFolder};
		try {
			for (const folder of [room.upper, room.work, room.root]) mkdirSync(folder);
			this.#furnish(room.upper);
			await warden.mount(overlayMount(room, toolchainFolder, namespace));
			return room;
		} catch (error) {
			for (const folder of [room.upper, room.work, room.root])
				await rm(folder, {recursive: true, force: true});
			this.#free.push(slot);
			throw error;
		}
	}

	/** What every job finds, whatever the toolchain brings. */
	#furnish(upper: string): void {
		for (const name of ['proc', 'dev', 'tmp']) mkdirSync(join(upper, name));
		const {owner} = this.#options;
		if (owner) chownSync(join(upper, 'tmp'), owner.uid, owner.gid);
		chmodSync(upper, 0o755);
		chmodSync(join(upper, 'tmp'), 0o1777);
	}

	async #makeSlot(): Promise<string> {
		const {warden, builds, scratchBytes} = this.#options;
		const slot = join(builds, `room-${this.#slots++}`);
		mkdirSync(slot);
		chmodSync(slot, 0o755);
		if (scratchBytes !== undefined) await warden.mount(scratchMount(slot, scratchBytes));
		return slot;
	}

	/** A folder that can't be emptied is not used again; it goes with the server. */
	async #clear({root, upper, work, slot}: TakenRoom): Promise<void> {
		const {warden, scratchBytes} = this.#options;
		try {
			await warden.unmount(root);
			await warden.remove([root, work, upper]);
			this.#free.push(slot);
		} catch {
			if (scratchBytes !== undefined) await warden.unmount(slot).catch(() => {});
		}
	}
}
