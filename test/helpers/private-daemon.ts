import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, openSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

const program = resolve(import.meta.dirname, '../../bin/sccache');

/** The counters that the tests and benches read, of `--stats-format=json`. */
export interface Counters {
	readonly requests: number;
	readonly hits: number;
	readonly misses: number;
	readonly notCacheable: number;
	/** Compiled on a server. */
	readonly remote: number;
}

/** A daemon of its own: its socket, cache and log lie in one folder, and its environment leads only there. */
export interface PrivateDaemon {
	readonly pid: number;
	/** For whatever is to reach this daemon. */
	readonly env: NodeJS.ProcessEnv;
	counters(): Counters;
	stop(): Promise<void>;
}

export async function startDaemon(
	folder: string,
	extra: NodeJS.ProcessEnv = {},
	enter: readonly string[] = [],
): Promise<PrivateDaemon> {
	mkdirSync(folder, {recursive: true});
	const env = privateEnvironment(folder, extra);
	const log = join(folder, 'daemon.log');
	const logFd = openSync(log, 'a');
	const [first = '', ...args] = [...enter, program];
	const child = spawn(first, args, {
		env: {...env, SCCACHE_START_SERVER: '1', SCCACHE_NO_DAEMON: '1'},
		stdio: ['ignore', logFd, logFd],
	});
	const {pid} = child;
	if (pid === undefined) throw new Error('the daemon did not start');
	await untilListening(child, join(folder, 'daemon.sock'), log);
	return {
		pid,
		env,
		counters: () => readCounters(env),
		stop: () => stop(child),
	};
}

/** No variable of the user's own sccache or ccache gets in. */
function privateEnvironment(folder: string, extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	const kept = Object.entries(process.env).filter(([name]) => !/^S?CCACHE_/.test(name));
	return {
		...Object.fromEntries(kept),
		HOME: folder,
		SCCACHE_CONF: join(folder, 'none'),
		SCCACHE_SERVER_UDS: join(folder, 'daemon.sock'),
		SCCACHE_DIR: join(folder, 'cache'),
		SCCACHE_IDLE_TIMEOUT: '0',
		...extra,
	};
}

async function untilListening(child: ChildProcess, socket: string, log: string): Promise<void> {
	for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 20) {
		if (existsSync(socket)) return;
		if (child.exitCode !== null || child.signalCode !== null) break;
		await sleep(20);
	}
	child.kill('SIGKILL');
	throw new Error(`the daemon did not start:\n${readFileSync(log, 'utf8')}`);
}

function readCounters(env: NodeJS.ProcessEnv): Counters {
	const args = ['--show-stats', '--stats-format=json'];
	const {stdout, stderr, status} = spawnSync(program, args, {env, encoding: 'utf8'});
	if (status !== 0) throw new Error(`--show-stats failed: ${stderr}`);
	const {stats} = JSON.parse(stdout) as {stats: UpstreamStats};
	return {
		requests: stats.compile_requests,
		hits: sum(stats.cache_hits.counts),
		misses: sum(stats.cache_misses.counts),
		notCacheable: stats.requests_not_cacheable,
		remote: sum(stats.dist_compiles),
	};
}

interface UpstreamStats {
	readonly compile_requests: number;
	readonly requests_not_cacheable: number;
	readonly cache_hits: {readonly counts: Record<string, number>};
	readonly cache_misses: {readonly counts: Record<string, number>};
	readonly dist_compiles: Record<string, number>;
}

const sum = (counts: Record<string, number>): number =>
	Object.values(counts).reduce((total, count) => total + count, 0);

/** By its own process id; should it not end by itself, for good. */
async function stop(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = new Promise(resolve => child.once('exit', resolve));
	child.kill('SIGTERM');
	const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
	await ended;
	clearTimeout(timer);
}
