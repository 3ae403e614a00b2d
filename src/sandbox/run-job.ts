import {AppError} from '../lib/errors.js';
import {bwrapArgv} from './bwrap-argv.js';
import type {Cgroups, JobCgroup} from './cgroup.js';
import {exceededLimit, exitOf} from './exceeded.js';
import type {Input, Job, JobResult} from './job.js';
import type {Layer, Layers} from './layers.js';
import {LowerLayers} from './lower-layers.js';
import {overlayMount, type Room} from './overlay-plan.js';
import {type Owner, placeInputs} from './place-inputs.js';
import type {Programs} from './programs.js';
import {resourceLimits} from './resource-limits.js';
import type {Rooms, TakenRoom} from './rooms.js';
import {takeOutputs} from './take-outputs.js';
import {type Enclosure, statusFd, type Warden} from './warden.js';
import type {Mount} from './warden-frames.js';

export interface Parts {
	readonly programs: Programs;
	readonly warden: Warden;
	readonly rooms: Rooms;
	readonly layers: Layers;
	readonly namespace: 'root' | 'user';
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
	const layer = layerOf(parts, job);
	const inputs = [...(layer === undefined ? unshared(job) : []), ...job.inputs];
	const lower = [...(layer === undefined ? [] : [layer.folder]), job.toolchainFolder];
	try {
		return await runIn(parts, await parts.rooms.take(), lower, {...job, inputs});
	} finally {
		layer?.release();
	}
}

async function runIn(
	parts: Parts,
	room: TakenRoom,
	lower: readonly string[],
	job: Job,
): Promise<JobResult> {
	try {
		placeInputs(room.upper, new LowerLayers(lower), job, parts.owner);
		const group = makeGroup(parts.cgroups, job);
		try {
			const mount = overlayMount(room, lower, parts.namespace);
			const finished = await runInside(parts, mount, job, group);
			return resultOf(room, job, finished, group);
		} finally {
			void group?.remove();
		}
	} finally {
		parts.rooms.giveBack(room);
	}
}

/** Undefined when there is none, or no room for one. */
function layerOf({layers}: Parts, {shared, toolchainFolder}: Job): Layer | undefined {
	if (shared === undefined || 'folder' in shared) return shared;
	return layers.make(shared.key, toolchainFolder, shared.files);
}

const unshared = ({shared}: Job): readonly Input[] =>
	shared === undefined || 'folder' in shared ? [] : shared.files;

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
	mount: Mount,
	job: Job,
	group: JobCgroup | undefined,
): Promise<Enclosure> {
	const {command, limits, nice, signal} = job;
	const argv = bwrapArgv({
		bwrapPath: programs.bwrap,
		disableUserns: programs.disableUserns,
		root: mount.target,
		statusFd,
		...command,
	});
	return warden.run(
		{
			mount,
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
