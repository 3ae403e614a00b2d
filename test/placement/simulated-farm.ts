import type {JobFacts, ServerFacts} from '../../src/placement/facts.js';
import {slowdown} from '../../src/placement/finish-time.js';
import {Agenda} from './agenda.js';
import type {Random} from './random.js';

/** What a machine really is, beside what a scheduler knows of it. */
export interface Machine {
	readonly facts: {-readonly [Name in keyof ServerFacts]: ServerFacts[Name]} & {
		readonly toolchains: Set<string>;
	};
	readonly trueSpeed: number;
	readonly roundTripMs: number;
	readonly bytesPerMs: number;
	/** How likely a job fails there, at a time. */
	readonly failing: (nowMs: number) => number;
	running: number;
	readonly queue: Job[];
	readonly installed: Map<string, number>;
	jobsDone: number;
	jobsFailed: number;
	mostAssigned: number;
}

export interface Job {
	readonly facts: JobFacts & {readonly avoid: Set<string>};
	readonly client: number;
	readonly costMs: number;
	/** Has only so much to do with the time. */
	readonly outputBytes: number;
	submittedMs: number;
	waitsSinceMs: number;
	/** That was expected when it was sent. */
	slowdown: number;
}

/** A rule of placement, and what it learns from. */
export interface Policy {
	pick(machines: readonly Machine[], job: Job, nowMs: number): Machine | undefined;
	ended(machine: Machine, job: Job, run: Run, nowMs: number): void;
}

export interface Run {
	readonly ok: boolean;
	readonly actualMs: number;
}

export interface Client {
	readonly jobs: readonly Job[];
	/** Jobs at once, as make -j has them; undefined: each comes at its time. */
	readonly width: number | undefined;
	readonly arrivalsMs: readonly number[];
}

export interface Outcome {
	readonly makespanMs: number;
	readonly meanTurnaroundMs: number;
	/** From being submitted to being sent. */
	readonly longestWaitMs: number;
	readonly jobsDone: number;
	readonly jobsFailed: number;
}

const installMs = 2500;
const failureMs = 200;

/** Plays all jobs through: submit, wait, travel, install, queue, run, travel back. A failed job is submitted again. */
export function simulate(
	machines: readonly Machine[],
	clients: readonly Client[],
	policy: Policy,
	random: Random,
): Outcome {
	const agenda = new Agenda();
	/** By what decides where a job can go. */
	const waiting = new Map<string, Job[]>();
	let done = 0;
	let failed = 0;
	let turnaroundMs = 0;
	let longestWaitMs = 0;
	const next = clients.map(() => 0);

	const submit = (job: Job) => {
		const shape = `${job.facts.arch} ${job.facts.toolchain}`;
		const queue = waiting.get(shape);
		if (queue === undefined) waiting.set(shape, [job]);
		else queue.push(job);
		place();
	};

	/** In turns, one job of each kind. */
	const place = () => {
		const open = new Set(waiting.values());
		while (open.size > 0) {
			for (const queue of open) {
				const job = queue[0];
				const machine = job && policy.pick(machines, job, agenda.nowMs);
				if (job === undefined || machine === undefined) {
					open.delete(queue);
					continue;
				}
				queue.shift();
				send(machine, job);
			}
		}
	};

	const send = (machine: Machine, job: Job) => {
		const {facts} = machine;
		job.slowdown = slowdown(facts);
		longestWaitMs = Math.max(longestWaitMs, agenda.nowMs - job.waitsSinceMs);
		facts.assigned++;
		facts.assignedMs += job.facts.predictedMs ?? 0;
		machine.mostAssigned = Math.max(machine.mostAssigned, facts.assigned);
		const travelMs = machine.roundTripMs / 2 + (job.facts.inputsBytes ?? 0) / machine.bytesPerMs;
		agenda.in(travelMs, () => install(machine, job));
	};

	const install = (machine: Machine, job: Job) => {
		const {toolchain} = job.facts;
		const readyMs =
			machine.installed.get(toolchain) ??
			agenda.nowMs + installMs / machine.trueSpeed + 32e6 / machine.bytesPerMs;
		machine.installed.set(toolchain, readyMs);
		agenda.at(readyMs, () => {
			machine.facts.toolchains.add(toolchain);
			machine.queue.push(job);
			start(machine);
		});
	};

	const start = (machine: Machine) => {
		const {slots, foreignLoad} = machine.facts;
		while (machine.running < slots) {
			const job = machine.queue.shift();
			if (job === undefined) return;
			const crowd = 1 + (0.25 * machine.running) / slots;
			machine.running++;
			const ok = random.unit() >= machine.failing(agenda.nowMs);
			const shared = Math.max(1, (machine.running + foreignLoad) / slots);
			const workMs = (job.costMs / machine.trueSpeed) * crowd * shared * random.skewed(0.1);
			const actualMs = ok ? workMs : failureMs;
			agenda.in(actualMs, () => end(machine, job, {ok, actualMs}));
		}
	};

	const end = (machine: Machine, job: Job, run: Run) => {
		const {facts} = machine;
		machine.running--;
		facts.assigned--;
		facts.assignedMs = Math.max(0, facts.assignedMs - (job.facts.predictedMs ?? 0));
		policy.ended(machine, job, run, agenda.nowMs);
		start(machine);
		agenda.in(machine.roundTripMs / 2, () => answer(machine, job, run.ok));
		place();
	};

	const answer = (machine: Machine, job: Job, ok: boolean) => {
		if (!ok) {
			failed++;
			machine.jobsFailed++;
			job.facts.avoid.add(machine.facts.id);
			job.waitsSinceMs = agenda.nowMs;
			submit(job);
			return;
		}
		done++;
		machine.jobsDone++;
		turnaroundMs += agenda.nowMs - job.submittedMs;
		if (clients[job.client]?.width !== undefined) submitNext(job.client);
	};

	const submitNext = (client: number) => {
		const index = next[client] ?? 0;
		next[client] = index + 1;
		const job = clients[client]?.jobs[index];
		if (job === undefined) return;
		job.submittedMs = agenda.nowMs;
		job.waitsSinceMs = agenda.nowMs;
		submit(job);
	};

	// Quarantines end without anything else happening.
	const look = () => {
		place();
		if ([...waiting.values()].some(queue => queue.length > 0)) agenda.in(1000, look);
	};

	for (const [index, client] of clients.entries()) {
		const count = client.width ?? client.jobs.length;
		for (let n = 0; n < count; n++) {
			agenda.at(client.arrivalsMs[n] ?? 0, () => submitNext(index));
		}
	}
	agenda.in(1000, look);
	agenda.run();
	return {
		makespanMs: agenda.nowMs,
		meanTurnaroundMs: turnaroundMs / done,
		longestWaitMs,
		jobsDone: done,
		jobsFailed: failed,
	};
}
