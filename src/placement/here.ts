import type {JobFacts, ServerFacts} from './facts.js';
import {finishTimeMs} from './finish-time.js';

/** The client's own machine, as one more server. */
export interface ThisMachine {
	/** Compiles that it is to run at once. */
	readonly slots: number;
	/** Compiles that it runs, and those that wait for a slot. */
	readonly assigned: number;
	/** What these should take together on a machine of speed 1. */
	readonly assignedMs: number;
	readonly speed: number;
	/** Runnable processes that are no compiles of ours. */
	readonly foreignLoad: number;
}

const id = 'here';
const noWay = new Map([[id, {roundTripMs: 0, bytesPerMs: Number.POSITIVE_INFINITY}]]);

/** When a compile would be done here; comparable with what `finishTimeMs` says of servers. */
export function finishHereMs(machine: ThisMachine, job: JobFacts): number {
	const server: ServerFacts = {
		id,
		...machine,
		extensions: 1,
		memory: undefined,
		arch: job.arch,
		toolchains: new Set([job.toolchain]),
		refused: new Map(),
		health: undefined,
		draining: false,
	};
	return finishTimeMs(server, {...job, links: noWay});
}
