import type {CompileRecord} from '../../stats/record.js';

/** Jobs that a server did for this host, and that failed by its own fault. */
export interface ServerTally {
	readonly done: number;
	readonly failed: number;
}

const nothing: ServerTally = {done: 0, failed: 0};

/** By `ip:port`, since the daemon started. */
export class ServerTallies {
	readonly #tallies = new Map<string, ServerTally>();

	add({server, failedServers}: CompileRecord): void {
		if (server !== '') this.#count(server, {done: 1, failed: 0});
		for (const failed of failedServers) this.#count(failed, {done: 0, failed: 1});
	}

	all(): ReadonlyMap<string, ServerTally> {
		return this.#tallies;
	}

	#count(server: string, more: ServerTally): void {
		this.#tallies.set(server, plus(this.#tallies.get(server) ?? nothing, more));
	}
}

/** Of all workers. */
export function tallyOf(
	server: string,
	all: readonly ReadonlyMap<string, ServerTally>[],
): ServerTally {
	return all.reduce((sum, tallies) => plus(sum, tallies.get(server) ?? nothing), nothing);
}

const plus = (one: ServerTally, other: ServerTally): ServerTally => ({
	done: one.done + other.done,
	failed: one.failed + other.failed,
});
