import {chmodSync, mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {closeInherited} from '../exec/close-inherited.js';
import {AppError} from '../lib/errors.js';
import {claimBuildFolder} from './build-folder.js';
import {type Cgroups, openCgroups} from './cgroup.js';
import type {Job, JobResult} from './job.js';
import {type Layer, Layers} from './layers.js';
import {scratchMount} from './overlay-plan.js';
import {findPrograms} from './programs.js';
import {Rooms} from './rooms.js';
import {type Parts, runJob} from './run-job.js';
import {Warden} from './warden.js';

export interface SandboxOptions {
	/** Made if it is missing; of those that are there, only an empty one or one of ours is taken. */
	readonly buildDir: string;
	/** `bwrap` is looked for where the system keeps programs. */
	readonly bwrapPath: string;
	/** What the launcher found: the server's own mount namespace, as root or in a user namespace. */
	readonly namespace: 'root' | 'user' | 'none' | undefined;
	/** What each job may write, its inputs included, kept in memory; 'disk' keeps it in `buildDir` without that limit. */
	readonly scratch: {readonly bytes: number} | 'disk';
	/** What inputs that jobs have in common may take, in memory or on the disk as the rest. */
	readonly layerBytes: number;
	/** Whom jobs run as when the server runs as root: a user that owns nothing. */
	readonly user: {readonly uid: number; readonly gid: number};
	/** Where cgroups of version 2 are; undefined leaves them out. */
	readonly cgroupMount: string | undefined;
}

export interface Sandbox {
	/** Afterwards nothing is mounted, but for jobs that run. */
	readonly cleared: () => Promise<void>;
	/** Inputs that jobs had in common, while they are kept. */
	readonly hold: (key: string) => Layer | undefined;
	/** See `runJob`. */
	readonly run: (job: Job) => Promise<JobResult>;
	/** How memory and processes of a job are held together: by a cgroup, or each process by itself. */
	readonly limitsBy: 'cgroup' | 'rlimit';
	/** When no job runs any more. */
	readonly close: () => Promise<void>;
}

/** Throws SANDBOX_UNAVAILABLE, with what to do, where jobs can't be run as they must. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
	const namespace = requireNamespace(options.namespace);
	closeInherited();
	const programs = await findPrograms(options.bwrapPath);
	const builds = claimBuildFolder(options.buildDir, process.pid);
	const owner = namespace === 'root' ? options.user : undefined;
	const warden = new Warden(programs.warden);
	const rooms = new Rooms({
		warden,
		builds,
		owner,
		scratchBytes: options.scratch === 'disk' ? undefined : options.scratch.bytes,
	});
	const layers = new Layers({
		warden,
		folder: await layersFolder(warden, builds, options),
		owner,
		limitBytes: options.layerBytes,
	});
	const cgroups = openJobCgroups(options.cgroupMount);
	const parts: Parts = {programs, warden, rooms, layers, namespace, owner, cgroups};
	const close = async () => {
		await rooms.close();
		if (options.scratch !== 'disk') await warden.unmount(join(builds, 'layers'));
		warden.close();
	};
	try {
		await tryOut(parts, builds);
	} catch (error) {
		await close();
		throw error;
	}
	return {
		cleared: () => rooms.cleared(),
		hold: key => layers.hold(key),
		run: job => runJob(parts, job),
		limitsBy: cgroups === undefined ? 'rlimit' : 'cgroup',
		close,
	};
}

function requireNamespace(namespace: SandboxOptions['namespace']): 'root' | 'user' {
	if (namespace === 'root' || namespace === 'user') return namespace;
	const hint =
		namespace === undefined
			? 'start the server by the program sccache-dist, which makes one'
			: 'run it as root, or allow user namespaces (sysctl user.max_user_namespaces, and kernel.unprivileged_userns_clone or kernel.apparmor_restrict_unprivileged_userns where they exist)';
	throw new AppError(
		'SANDBOX_UNAVAILABLE',
		'a build server needs a mount namespace of its own, and has none',
		{hint},
	);
}

/** In memory it can't grow beyond twice its limit, whatever is counted. */
async function layersFolder(
	warden: Warden,
	builds: string,
	{scratch, layerBytes}: SandboxOptions,
): Promise<string> {
	const folder = join(builds, 'layers');
	mkdirSync(folder);
	chmodSync(folder, 0o755);
	if (scratch !== 'disk') await warden.mount(scratchMount(folder, 2 * layerBytes));
	return folder;
}

function openJobCgroups(mount: string | undefined): Cgroups | undefined {
	if (mount === undefined) return undefined;
	return openCgroups({mount, own: readFileSync('/proc/self/cgroup', 'utf8'), pid: process.pid});
}

const trialMs = 20_000;

/** A job that has nothing to run gets as far as any can: to the point where its command is missing. */
async function tryOut(parts: Parts, builds: string): Promise<void> {
	const toolchainFolder = join(builds, 'trial');
	mkdirSync(toolchainFolder);
	try {
		await runJob(parts, {
			toolchainFolder,
			inputs: [{path: '/trial/input', mode: 0o644, bytes: new Uint8Array(1)}],
			command: {executable: '/trial/missing', arguments: [], cwd: '/trial', env: []},
			outputs: [],
			limits: {wallMs: trialMs, processes: 8, openFiles: 64, outputBytes: 1 << 20},
		});
	} catch (error) {
		if (error instanceof AppError && /execvp .*No such file/.test(error.message)) return;
		throw unavailable(error);
	}
	throw new Error('a command that is not there was run');
}

function unavailable(cause: unknown): unknown {
	if (!(cause instanceof AppError) || cause.code === 'SANDBOX_UNAVAILABLE') return cause;
	const hint =
		'overlayfs in the kernel (since 5.11 also for ordinary users), user namespaces for ordinary users, and a build_dir whose parent folders others may pass (chmod o+x) are needed';
	return new AppError('SANDBOX_UNAVAILABLE', `no sandbox can be made: ${cause.message}`, {
		hint,
		cause,
	});
}
