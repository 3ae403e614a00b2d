import {AppError} from '../lib/errors.js';
import {bwrapArgv} from './bwrap-argv.js';
import type {Cgroups, JobCgroup} from './cgroup.js';
import {exceededLimit, exitOf} from './exceeded.js';
import type {Job, JobResult} from './job.js';
import type {Room} from './overlay-plan.js';
import {type Owner, placeInputs} from './place-inputs.js';
import type {Programs} from './programs.js';
import {resourceLimits} from './resource-limits.js';
import type {Rooms} from './rooms.js';
import {takeOutputs} from './take-outputs.js';
import {type Enclosure, statusFd, type Warden} from './warden.js';

export interface Parts {
	readonly programs: Programs;
	readonly warden: Warden;
	readonly rooms: Rooms;
	readonly owner: Owner;
	readonly cgroups: Cgroups | undefined;
}

/**
 * Runs one command in a sandbox. Throws JOB_ABORTED when the job's signal ended it, SANDBOX_JOB_INVALID when the job can't be what it
 * says, SANDBOX_FAILED when the command was never started; whatever the command itself does is a result.
 */
export async function runJob(parts: Parts, job: Job): Promise<JobResult> {
	requireSayable(job);
	if (job.signal?.aborted) throw aborted();
	const room = await parts.rooms.take(job.toolchainFolder);
	try {
		placeInputs(room.root, job, parts.owner);
		const group = makeGroup(parts.cgroups, job);
		try {
			const finished = await runInside(parts, room, job, group);
			return resultOf(room, job, finished, group);
		} finally {
			void group?.remove();
		}
	} finally {
		parts.rooms.giveBack(room);
	}
}

/** No program can be given a NUL, and none is called ''. */
function requireSayable({command}: Job): void {
	const words = [command.executable, command.cwd, ...command.arguments, ...command.env.flat()];
	if (command.executable !== '' && !words.some(word => word.includes('\0'))) return;
	throw new AppError('SANDBOX_JOB_INVALID', 'a job names a command that no system can run');
}

function makeGroup(cgroups: Cgroups | undefined, job: Job): JobCgroup | undefined {
	try {
		return cgroups?.make(job.limits);
	} catch (cause) {
		throw new AppError('SANDBOX_FAILED', 'no cgroup could be made for a job', {cause});
	}
}

function runInside(
	{programs, warden, owner}: Parts,
	room: Room,
	job: Job,
	group: JobCgroup | undefined,
): Promise<Enclosure> {
	const {command, limits, nice, signal} = job;
	const argv = bwrapArgv({
		bwrapPath: programs.bwrap,
		disableUserns: programs.disableUserns,
		root: room.root,
		statusFd,
		...command,
	});
	return warden.run(
		{
			argv,
			user: owner,
			niceness: nice ?? 0,
			cgroupProcs: group?.procs,
			limits: resourceLimits(limits, group === undefined ? 'rlimit' : 'cgroup'),
		},
		{timeoutMs: limits.wallMs, ...(signal === undefined ? {} : {signal})},
	);
}

function resultOf(
	room: Room,
	job: Job,
	finished: Enclosure,
	group: JobCgroup | undefined,
): JobResult {
	const {ended, stdout, stderr, wallMs, cpuMs} = finished;
	if (ended === 'aborted') throw aborted();
	const code = exitCodeIn(finished.status.toString());
	const exit = ended !== undefined || code === undefined ? endedByUs : exitOf(code);
	const evidence = {ended, exit, stderr: stderr.toString('latin1'), cgroup: group?.counts()};
	const limit = exceededLimit(evidence);
	if (code === undefined && limit === undefined) throw neverStarted(finished);
	const outputs = limit === undefined ? takeOutputs(room, job) : [];
	const exceeded = outputs === undefined ? 'outputBytes' : limit;
	return {
		exit,
		stdout,
		stderr,
		outputs: outputs ?? [],
		wallMs,
		cpuMs,
		...(exceeded === undefined ? {} : {exceeded}),
	};
}

/** Whatever those between us and it say of that. */
const endedByUs = {signal: 'SIGKILL'} as const;

/** bubblewrap's --json-status-fd has it only of a command that was started and ended. */
function exitCodeIn(status: string): number | undefined {
	const code = /"exit-code": *(\d+)/.exec(status)?.[1];
	return code === undefined ? undefined : Number(code);
}

function aborted(): AppError {
	return new AppError('JOB_ABORTED', 'the job was ended: nobody waits for it');
}

function neverStarted({exit, stderr}: Enclosure): AppError {
	const said = stderr.toString().trim().slice(0, 500);
	return new AppError('SANDBOX_FAILED', `the command could not be started: ${said}`, {
		fields: 'code' in exit ? {code: exit.code} : {signal: exit.signal},
	});
}
