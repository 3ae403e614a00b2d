import {chmodSync, chownSync, mkdirSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {type Room, roomIn, scratchMount} from './overlay-plan.js';
import type {Owner} from './place-inputs.js';
import type {Warden} from './warden.js';

export interface RoomOptions {
	readonly warden: Warden;
	/** Empty, and ours. */
	readonly builds: string;
	readonly owner: Owner;
	/** Of each room, in memory; undefined keeps them on the disk, where only the size of a file is limited. */
	readonly scratchBytes: number | undefined;
}

export interface TakenRoom extends Room {
	readonly slot: string;
}

/** Rooms for jobs: what they lie in is kept for the next ones, and they are cleared away behind the job's back. */
export class Rooms {
	readonly #options: RoomOptions;
	/** Folders that no room is in. */
	readonly #free: string[] = [];
	readonly #background = new Set<Promise<void>>();
	#slots = 0;
	#serial = 0;

	constructor(options: RoomOptions) {
		this.#options = options;
	}

	/** Not mounted yet. */
	async take(): Promise<TakenRoom> {
		const slot = this.#free.pop() ?? (await this.#makeSlot());
		const room = {...roomIn(slot, this.#serial++), slot};
		for (const folder of [room.upper, room.work, room.root]) mkdirSync(folder);
		this.#furnish(room.upper);
		return room;
	}

	giveBack(room: TakenRoom): void {
		// Whoever waits for the job's result goes first.
		const done = nextTurn()
			.then(() => this.#clear(room))
			.finally(() => this.#background.delete(done));
		this.#background.add(done);
	}

	/** Rooms that were given back are no longer mounted. */
	async cleared(): Promise<void> {
		await Promise.all(this.#background);
	}

	/** After the last room was given back. */
	async close(): Promise<void> {
		while (this.#background.size > 0) await this.cleared();
		for (const slot of this.#free.splice(0)) {
			if (this.#options.scratchBytes !== undefined) await this.#options.warden.unmount(slot);
			await rm(slot, {recursive: true, force: true});
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
			await warden.clear(root, [root, work, upper]);
			this.#free.push(slot);
		} catch {
			if (scratchBytes !== undefined) await warden.unmount(slot).catch(() => {});
		}
	}
}
