import {usableCores, wholeCores} from '../../lib/usable-cores.js';
import {
	type FarmEstimate,
	finishThereMs,
	observeFarm,
	type RemoteRun,
	unknownFarm,
} from '../../placement/farm-estimate.js';
import {finishHereMs} from '../../placement/here.js';
import {localOrRemote} from '../../placement/local-or-remote.js';
import {
	noObservations,
	observeCompile,
	type Predictor,
	predictMs,
} from '../../placement/predict.js';
import {
	isFarSooner,
	meanMs,
	noTimes,
	observeTime,
	type RecentTimes,
} from '../../placement/recent-times.js';
import {speedOf} from '../../placement/speed.js';
import type {UnitTime} from '../../stats/explanations.js';
import type {Slots} from '../slots.js';

/** Of a compile: its family, and how much it reads. */
export interface Sized {
	readonly family: string;
	readonly sizeBytes: number;
}

const shortestDeadlineMs = 30_000;
const longestDeadlineMs = 20 * 60_000;
const patience = 20;

/** What compiles took, here and there, and what the next one should take. */
export class Forecast {
	readonly #slots: Slots;
	#predictor: Predictor = noObservations;
	#farm: FarmEstimate = unknownFarm;
	/** By kind: a machine that compiles C, and leaves C++ to others, would look fast otherwise. */
	readonly #here = new Map<string, RecentTimes>();
	readonly #there = new Map<string, RecentTimes>();

	constructor(slots: Slots) {
		this.#slots = slots;
	}

	/** On this machine, alone. `last`: what the same source took before. */
	predictedMs(sized: Sized, last: UnitTime | undefined): number {
		const lastMs = last && last.compileMs * (last.isRemote ? speedOf(this.#farm.speed) : 1);
		return predictMs({...sized, lastMs}, this.#predictor);
	}

	/** What one of the kind takes on this machine; 0: not known. */
	usualMs(kind: string): number {
		const times = this.#here.get(kind);
		return times === undefined ? 0 : meanMs(times);
	}

	/** Not even a free slot here is to be taken without a thought. */
	isFarSooner(kind: string): boolean {
		return isFarSooner(this.#there.get(kind) ?? noTimes, this.#here.get(kind) ?? noTimes);
	}

	/** How long a server is waited for before room here is taken: as much sooner as it would be done there. */
	headStartMs(kind: string, predictedMs: number): number {
		if (!this.isFarSooner(kind)) return 0;
		return Math.max(0, predictedMs - finishThereMs(this.#farm, predictedMs));
	}

	/** Where a compile would be done first; 'either': whichever has room first. */
	where(predictedMs: number): 'local' | 'remote' | 'either' {
		const {size, asked, askedMs, free} = this.#slots;
		if (size === 0) return 'remote';
		const machine = {
			slots: size,
			assigned: asked,
			assignedMs: askedMs,
			speed: 1,
			foreignLoad: 0,
		};
		const job = {
			toolchain: '',
			arch: undefined,
			memoryBytes: undefined,
			predictedMs,
			inputsBytes: undefined,
			avoid: new Set<string>(),
			links: new Map(),
		};
		return localOrRemote({
			predictedMs,
			here: {freeSlots: free, finishMs: finishHereMs(machine, job)},
			there: {finishMs: finishThereMs(this.#farm, predictedMs)},
		});
	}

	/** After so long a server is not waited for any more: many times what it should take, and never a fixed time. */
	deadlineMs(predictedMs: number): number {
		const expectedMs = finishThereMs(this.#farm, predictedMs);
		return Math.min(longestDeadlineMs, shortestDeadlineMs + patience * expectedMs);
	}

	/** `sized`: undefined when nobody looked. */
	compiledHere(kind: string, sized: Sized | undefined, actualMs: number): void {
		observe(this.#here, kind, actualMs);
		if (sized === undefined) return;
		this.#predictor = observeCompile(this.#predictor, {...sized, actualMs});
	}

	compiledThere(kind: string, sized: Sized, run: RemoteRun): void {
		observe(this.#there, kind, run.actualMs);
		// Long ones all go there: what the farm shows of them beside its others is all that there is to know.
		const actualMs = run.actualMs * speedOf(this.#farm.speed);
		this.#predictor = observeCompile(this.#predictor, {...sized, actualMs});
		this.#farm = observeFarm(this.#farm, run);
	}
}

function observe(times: Map<string, RecentTimes>, kind: string, tookMs: number): void {
	times.set(kind, observeTime(times.get(kind) ?? noTimes, tookMs));
}

/** As many compiles at once as this machine has cores, shared among the daemon's threads. */
export function localSlots(configured: number | undefined, workers: number): number {
	const cores = configured ?? wholeCores(usableCores());
	return cores === 0 ? 0 : Math.max(1, Math.round(cores / workers));
}
