import type {CompileSums} from '../../stats/compile-sums.js';
import type {CompileRecord} from '../../stats/record.js';
import {RecentMinutes} from './recent-minutes.js';
import {ServerTallies, type ServerTally} from './server-tallies.js';
import {type JobsUnderWay, UnderWay} from './under-way.js';

/** One worker's share of what goes on; it crosses from thread to thread. */
export interface LiveShare {
	readonly underWay: JobsUnderWay;
	readonly minutes: readonly CompileSums[];
	readonly servers: ReadonlyMap<string, ServerTally>;
	/** Compiles that have ended since the daemon started. */
	readonly ended: number;
}

export const noShare: LiveShare = {
	underWay: {jobs: [], all: 0, running: 0, waiting: 0},
	minutes: [],
	servers: new Map(),
	ended: 0,
};

/** What a worker knows of this moment and of the last minutes; in memory alone. */
export class WorkerLive {
	readonly underWay = new UnderWay();
	readonly #minutes = new RecentMinutes();
	readonly #servers = new ServerTallies();
	readonly #nowMs: () => number;
	#ended = 0;

	constructor(nowMs: () => number) {
		this.#nowMs = nowMs;
	}

	ended(compile: CompileRecord): void {
		this.#ended++;
		this.#minutes.add(compile, this.#nowMs());
		this.#servers.add(compile);
	}

	share(): LiveShare {
		const nowMs = this.#nowMs();
		return {
			underWay: this.underWay.look(nowMs),
			minutes: this.#minutes.last(nowMs),
			servers: this.#servers.all(),
			ended: this.#ended,
		};
	}
}
