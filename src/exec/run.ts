import {type ChildProcess, type SpawnOptions, spawn} from 'node:child_process';
import type {Readable} from 'node:stream';
import {AppError, systemCode} from '../lib/errors.js';
import {collect} from './collect.js';
import {cpuMsOfProcess} from './cpu-time.js';
import {endGroup} from './end-tree.js';

export interface RunOptions {
	/** All of it: nothing is inherited. */
	readonly env: Readonly<Record<string, string>>;
	readonly cwd?: string;
	readonly stdin?: Uint8Array;
	/** Of each of stdout and stderr; 16 MiB unless told. */
	readonly capBytes?: number;
	readonly timeoutMs?: number;
	readonly signal?: AbortSignal;
	/** The user and group to run as, with no others. */
	readonly user?: {readonly uid: number; readonly gid: number};
}

export type Exit = {readonly code: number} | {readonly signal: NodeJS.Signals};

/** Why it was ended before its time. */
export type Ended = 'timeout' | 'aborted' | 'stdout' | 'stderr';

export interface Finished {
	readonly exit: Exit;
	readonly stdout: Buffer;
	readonly stderr: Buffer;
	readonly wallMs: number;
	/** Of it and all that it waited for, in steps of 10. */
	readonly cpuMs: number;
	readonly ended?: Ended;
}

const usualCapBytes = 16 * 1024 ** 2;
/** What left the process group may hold a pipe open after the program's end. */
const drainMs = 500;

/**
 * Runs a program, without a shell, to its end or to ours: at its deadline, when `signal` aborts, or when it prints too much, its
 * process group is killed, and what it leaves running in its group is killed when it ends. Throws EXEC_FAILED when it can't be started.
 */
export async function run(argv: readonly string[], options: RunOptions): Promise<Finished> {
	const startedMs = performance.now();
	if (options.signal?.aborted) return neverStarted();
	const child = start(argv, options);
	const pid = child.pid as number;
	let ended: Ended | undefined;
	let over = false;
	const end = (why: Ended): void => {
		if (over || ended !== undefined) return;
		ended = why;
		endGroup(pid);
	};
	const onAbort = (): void => end('aborted');
	const cap = options.capBytes ?? usualCapBytes;
	const stdoutPipe = child.stdio[1] as Readable;
	const stderrPipe = child.stdio[2] as Readable;
	const stdout = collect(stdoutPipe, cap, () => end('stdout'));
	const stderr = collect(stderrPipe, cap, () => end('stderr'));
	let cpuMs = 0;
	// The pipes close before Node waits for the child: until then its times can be read.
	for (const pipe of [stdoutPipe, stderrPipe]) {
		pipe.on('end', () => {
			cpuMs = cpuMsOfProcess(pid) ?? cpuMs;
		});
	}
	options.signal?.addEventListener('abort', onAbort, {once: true});
	const timer =
		options.timeoutMs === undefined
			? undefined
			: setTimeout(() => end('timeout'), options.timeoutMs);
	feed(child.stdin, options.stdin);
	try {
		const exit = await whenClosed(child, () => {
			over = true;
			endGroup(pid);
		});
		return {
			exit,
			stdout: stdout.bytes(),
			stderr: stderr.bytes(),
			wallMs: performance.now() - startedMs,
			cpuMs,
			...(ended === undefined ? {} : {ended}),
		};
	} finally {
		clearTimeout(timer);
		options.signal?.removeEventListener('abort', onAbort);
	}
}

function neverStarted(): Finished {
	const none = Buffer.alloc(0);
	return {
		exit: {signal: 'SIGKILL'},
		stdout: none,
		stderr: none,
		wallMs: 0,
		cpuMs: 0,
		ended: 'aborted',
	};
}

/** A child that runs, as the leader of a session of its own. */
function start(argv: readonly string[], options: RunOptions): ChildProcess {
	const [program = '', ...args] = argv;
	const spawnOptions: SpawnOptions = {
		env: options.env,
		detached: true,
		stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
		...(options.cwd === undefined ? {} : {cwd: options.cwd}),
		...options.user,
	};
	let child: ChildProcess;
	try {
		child = spawn(program, args, spawnOptions);
	} catch (error) {
		throw failed(program, error);
	}
	if (child.pid === undefined) {
		child.on('error', () => {});
		throw failed(program, undefined);
	}
	return child;
}

function failed(program: string, cause: unknown): AppError {
	const code = systemCode(cause);
	return new AppError(
		'EXEC_FAILED',
		`${program} could not be started${code === undefined ? '' : ` (${code})`}`,
		{hint: 'is it installed, and may it be run?', fields: {program}, cause},
	);
}

/** How it ended, once its pipes are closed too. */
function whenClosed(child: ChildProcess, onExit: () => void): Promise<Exit> {
	return new Promise(resolve => {
		let drain: NodeJS.Timeout | undefined;
		child.on('exit', () => {
			onExit();
			drain = setTimeout(() => {
				for (const pipe of child.stdio) pipe?.destroy();
			}, drainMs);
		});
		child.on('close', (code, signal) => {
			clearTimeout(drain);
			resolve(signal === null ? {code: code ?? 0} : {signal});
		});
	});
}

function feed(pipe: NodeJS.WritableStream | null, bytes: Uint8Array | undefined): void {
	if (pipe === null || bytes === undefined) return;
	// A program need not read all that it is given.
	pipe.on('error', () => {});
	pipe.end(bytes);
}
