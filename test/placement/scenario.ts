import type {Random} from './random.js';
import type {Client, Job, Machine} from './simulated-farm.js';

export interface FarmShape {
	readonly machines: number;
	/** Shares of them. */
	readonly v1?: number;
	readonly failing?: number;
	readonly unknownMemory?: number;
	readonly arm?: number;
	readonly busyElsewhere?: number;
}

const x86 = 'x86_64';
const arm = 'aarch64';

/** A failing machine fails until then, and is well afterwards. */
export const healedMs = 60_000;

export function farm(random: Random, shape: FarmShape): readonly Machine[] {
	return Array.from({length: shape.machines}, (_, index) => {
		const has = (share = 0) => random.unit() < share;
		const slots = random.pick([1, 2, 4, 4, 8, 8, 16, 32, 64]);
		const v1 = has(shape.v1);
		const failing = has(shape.failing);
		const unknownMemory = has(shape.unknownMemory);
		const isArm = has(shape.arm);
		const busy = has(shape.busyElsewhere);
		return {
			facts: {
				id: `10.0.${index >> 8}.${index & 255}:10501`,
				slots,
				extensions: v1 ? 0 : 1,
				assigned: 0,
				assignedMs: 0,
				speed: 1,
				foreignLoad: busy ? slots / 2 : 0,
				memory:
					v1 || unknownMemory
						? undefined
						: {totalBytes: slots * 4e9, freeBytes: slots * 4e9, promisedBytes: 0},
				arch: v1 ? (isArm ? arm : x86) : isArm ? arm : x86,
				toolchains: new Set<string>(),
				refused: new Map<string, string>(),
				health: undefined,
				draining: false,
			},
			trueSpeed: 0.3 * 10 ** random.unit(),
			roundTripMs: random.pick([0.3, 0.5, 1, 2, 20]),
			bytesPerMs: random.pick([12_000, 120_000, 120_000]),
			failing: nowMs => (failing && nowMs < healedMs ? 0.9 : 0),
			running: 0,
			queue: [],
			installed: new Map<string, number>(),
			jobsDone: 0,
			jobsFailed: 0,
			mostAssigned: 0,
		};
	});
}

export interface Load {
	readonly clients: number;
	readonly jobsEach: number;
	/** Of `make -j`; undefined: they come by chance, `everyMs` on average. */
	readonly width?: number;
	readonly everyMs?: number;
	readonly arm?: number;
}

export function load(random: Random, machines: readonly Machine[], shape: Load): readonly Client[] {
	return Array.from({length: shape.clients}, (_, client) => {
		const arch = random.unit() < (shape.arm ?? 0) ? arm : x86;
		const toolchain = `${client % 3}`.repeat(64);
		const links = new Map(
			machines.map(({facts, roundTripMs, bytesPerMs}) => [facts.id, {roundTripMs, bytesPerMs}]),
		);
		let clockMs = 0;
		const arrivalsMs: number[] = [];
		const jobs = Array.from({length: shape.jobsEach}, (): Job => {
			const costMs = Math.min(60_000, 20 + 2500 * random.skewed(1.1));
			clockMs += -Math.log(1 - random.unit()) * (shape.everyMs ?? 0);
			arrivalsMs.push(shape.width === undefined ? clockMs : 0);
			return {
				facts: {
					toolchain,
					arch,
					memoryBytes: 2e8,
					predictedMs: costMs * random.skewed(0.3),
					inputsBytes: 100 * costMs,
					avoid: new Set(),
					links,
				},
				client,
				costMs,
				outputBytes: costMs * 30 * random.skewed(0.8),
				submittedMs: 0,
				waitsSinceMs: 0,
				slowdown: 1,
			};
		});
		return {jobs, width: shape.width, arrivalsMs};
	});
}

/**
 * No rule is quicker: all cores of an architecture busy with that architecture's work from the first to the last moment, and no
 * client's jobs one after another quicker than its width on the fastest machine.
 */
export function lowerBoundMs(machines: readonly Machine[], clients: readonly Client[]): number {
	const bounds = [x86, arm].map(arch => {
		const rate = machines
			.filter(({facts}) => facts.arch === arch)
			.reduce((sum, machine) => sum + throughput(machine), 0);
		const work = clients
			.flatMap(({jobs}) => jobs)
			.filter(({facts}) => facts.arch === arch)
			.reduce((sum, {costMs}) => sum + costMs, 0);
		return work === 0 ? 0 : work / rate;
	});
	const fastest = Math.max(...machines.map(({trueSpeed}) => trueSpeed));
	for (const {jobs, width, arrivalsMs} of clients) {
		const all = jobs.reduce((sum, {costMs}) => sum + costMs, 0) / fastest;
		bounds.push(all / (width ?? jobs.length), arrivalsMs.at(-1) ?? 0);
		bounds.push(Math.max(...jobs.map(({costMs}) => costMs)) / fastest);
	}
	return Math.max(...bounds);
}

/** Work a millisecond that a machine does when it is full: it does not do more with less. */
function throughput({facts: {slots, foreignLoad}, trueSpeed}: Machine): number {
	const crowd = 1 + (0.25 * (slots - 1)) / (2 * slots);
	return (slots * trueSpeed) / crowd / Math.max(1, (slots + foreignLoad) / slots);
}
