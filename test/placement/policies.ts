import {choose} from '../../src/placement/choose.js';
import {afterFailure, afterProbe, afterSuccess, standing} from '../../src/placement/quarantine.js';
import {
	observeSpeed,
	type SpeedEstimate,
	speedOf,
	unknownSpeed,
} from '../../src/placement/speed.js';
import type {Machine, Policy} from './simulated-farm.js';

/** Ours, with what the scheduler does around it. */
export function ours(): Policy {
	const estimates = new Map<Machine, SpeedEstimate>();
	const byFacts = new Map<Machine['facts'], Machine>();
	return {
		pick(machines, job, nowMs) {
			if (byFacts.size === 0) for (const machine of machines) byFacts.set(machine.facts, machine);
			const choice = choose(byFacts.keys(), job.facts, nowMs);
			if (choice.kind !== 'server') return undefined;
			const {server} = choice;
			if (server.health && standing(server.health, nowMs) === 'probe') {
				server.health = afterProbe(server.health, nowMs);
			}
			return byFacts.get(server);
		},
		ended(machine, job, {ok, actualMs}, nowMs) {
			const {facts} = machine;
			if (!ok) {
				facts.health = afterFailure(facts.health, 'it failed', nowMs);
				return;
			}
			facts.health = afterSuccess(facts.health);
			const estimate = observeSpeed(estimates.get(machine) ?? unknownSpeed, {
				predictedMs: job.facts.predictedMs ?? 0,
				actualMs,
				slowdown: job.slowdown,
			});
			estimates.set(machine, estimate);
			facts.speed = speedOf(estimate);
		},
	};
}

/** What no rule does. */
function outOfQuestion({facts}: Machine, arch: string | undefined): boolean {
	return facts.draining || (facts.arch !== undefined && facts.arch !== arch);
}

/** As Mozilla's scheduler has it: fewest jobs a core, and an error is held against a server for five minutes. */
export function leastLoaded(): Policy {
	const errors = new Map<Machine, number>();
	return {
		pick(machines, job, nowMs) {
			let best: Machine | undefined;
			let bestLoad = 2;
			let erred: Machine | undefined;
			for (const machine of machines) {
				const {slots, assigned} = machine.facts;
				if (outOfQuestion(machine, job.facts.arch)) continue;
				if (assigned >= slots + 1 + Math.floor(slots / 8)) continue;
				const errorMs = errors.get(machine);
				if (errorMs !== undefined && nowMs - errorMs < 300_000) {
					if (erred === undefined || errorMs < (errors.get(erred) ?? 0)) erred = machine;
				} else if (assigned / slots < bestLoad) {
					best = machine;
					bestLoad = assigned / slots;
					if (bestLoad === 0) break;
				}
			}
			return best ?? erred;
		},
		ended(machine, _job, {ok}, nowMs) {
			if (!ok) errors.set(machine, nowMs);
		},
	};
}

/** As icecream has it: bytes a millisecond over the last jobs, less for a machine that has many; new machines first. */
export function fastest(): Policy {
	const samples = new Map<Machine, {bytes: number; ms: number; count: number}>();
	const speedFor = (machine: Machine): number => {
		const {slots, assigned} = machine.facts;
		const seen = samples.get(machine) ?? {bytes: 0, ms: 0, count: 0};
		if (seen.count === 0) return assigned === 0 ? Number.POSITIVE_INFINITY : 0;
		const optimism = seen.count < 7 ? 4.5 - 0.5 * seen.count : 1;
		return (seen.bytes / seen.ms) * (1 - (0.5 * assigned) / slots) * optimism;
	};
	return {
		pick(machines, job) {
			const tiers: (Machine | undefined)[] = [undefined, undefined, undefined];
			const speeds = [-1, -1, -1];
			for (const machine of machines) {
				const {slots, assigned, toolchains} = machine.facts;
				if (outOfQuestion(machine, job.facts.arch) || job.facts.avoid.has(machine.facts.id))
					continue;
				if (assigned >= slots + 1 + Math.floor(slots / 4)) continue;
				const tier = assigned >= slots ? 2 : toolchains.has(job.facts.toolchain) ? 0 : 1;
				const speed = speedFor(machine);
				if (speed > (speeds[tier] ?? 0)) {
					tiers[tier] = machine;
					speeds[tier] = speed;
				}
			}
			return tiers.find(machine => machine !== undefined);
		},
		ended(machine, job, {ok, actualMs}) {
			if (!ok) return;
			const seen = samples.get(machine) ?? {bytes: 0, ms: 0, count: 0};
			const kept = seen.count >= 200 ? 199 / 200 : 1;
			samples.set(machine, {
				bytes: seen.bytes * kept + job.outputBytes,
				ms: seen.ms * kept + actualMs,
				count: seen.count + 1,
			});
		},
	};
}
