import {mkdirSync, readFileSync, rmdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Limits} from './job.js';

export interface JobCgroup {
	/** The file that moves in a process whose id is written to it; what it starts from then on is in too. */
	readonly procs: string;
	readonly counts: () => {readonly outOfMemory: number; readonly refusedProcesses: number};
	/** Once the job has ended. */
	readonly remove: () => Promise<void>;
}

export interface Cgroups {
	readonly make: (limits: Limits) => JobCgroup;
}

export interface CgroupPlace {
	/** Where version 2 is mounted. */
	readonly mount: string;
	/** The content of /proc/self/cgroup. */
	readonly own: string;
	readonly pid: number;
}

/**
 * Groups for jobs below our own, where that was given to us (systemd's Delegate=, or root) and has the controllers that we need; else
 * undefined. A group with members can't have groups with limits below it, so the server moves into one of its own.
 */
export function openCgroups({mount, own, pid}: CgroupPlace): Cgroups | undefined {
	const path = /^0::(.*)$/m.exec(own)?.[1];
	if (path === undefined) return undefined;
	const base = join(mount, path);
	const home = join(base, `sccache-server-${pid}`);
	try {
		const controllers = readFileSync(join(base, 'cgroup.controllers'), 'utf8').trim().split(' ');
		if (!controllers.includes('memory') || !controllers.includes('pids')) return undefined;
		if (path !== '/') {
			mkdirSync(home);
			writeFileSync(join(home, 'cgroup.procs'), String(pid));
		}
		writeFileSync(join(base, 'cgroup.subtree_control'), '+memory +pids');
	} catch {
		leave(base, home, pid);
		return undefined;
	}
	let serial = 0;
	return {make: limits => makeGroup(join(base, `sccache-job-${pid}-${serial++}`), limits)};
}

/** Others live in our group, or it is not ours to change: back to where we were. */
function leave(base: string, home: string, pid: number): void {
	try {
		writeFileSync(join(base, 'cgroup.procs'), String(pid));
		rmdirSync(home);
	} catch {
		// Nothing was changed.
	}
}

function makeGroup(folder: string, {memoryBytes, processes}: Limits): JobCgroup {
	mkdirSync(folder);
	writeFileSync(join(folder, 'pids.max'), String(processes + processesOfOurs));
	if (memoryBytes !== undefined) {
		writeFileSync(join(folder, 'memory.max'), String(memoryBytes));
		writeIfThere(join(folder, 'memory.swap.max'), '0');
	}
	return {
		procs: join(folder, 'cgroup.procs'),
		counts: () => ({
			outOfMemory: countIn(join(folder, 'memory.events'), 'oom_kill'),
			refusedProcesses: countIn(join(folder, 'pids.events'), 'max'),
		}),
		remove: () => removeGroup(folder),
	};
}

/** Who waits for bubblewrap, and that with its helpers. */
const processesOfOurs = 4;
const removeTries = 20;
const removeWaitMs = 50;

/** A kernel without swap accounting has no file for it. */
function writeIfThere(file: string, text: string): void {
	try {
		writeFileSync(file, text, {flag: 'r+'});
	} catch {
		// The limit on memory stands without it.
	}
}

function countIn(file: string, name: string): number {
	try {
		const line = new RegExp(`^${name} (\\d+)$`, 'm').exec(readFileSync(file, 'utf8'));
		return Number(line?.[1] ?? 0);
	} catch {
		return 0;
	}
}

/** The kernel lets a group go only when the last of its dead are gone. */
async function removeGroup(folder: string): Promise<void> {
	for (let tries = 0; tries < removeTries; tries++) {
		try {
			rmdirSync(folder);
			return;
		} catch {
			await sleep(removeWaitMs);
		}
	}
}
