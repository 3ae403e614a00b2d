import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {
	linkSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {askDaemon} from '../../src/commands/sccache/control-client.js';
import {statsJson} from '../../src/commands/sccache/stats-json.js';
import {canConnect} from '../helpers/can-connect.js';

/** dist/ */
const built = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/** The front, where it finds its JavaScript. */
export const program = join(built, 'bin/sccache');

export interface Ran {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface RunOptions {
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string | undefined>>;
	readonly input?: string;
}

/** Counters of `--show-stats --stats-format=json`, added up over languages. */
export interface Counted {
	readonly requests: number;
	readonly directHits: number;
	readonly preprocessedHits: number;
	readonly misses: number;
	readonly notCacheable: number;
	readonly notCompile: number;
	readonly failed: number;
	readonly fallbacks: number;
	readonly reasons: Readonly<Record<string, number>>;
	/** Compiled by a server; the sum of `servers`. */
	readonly away: number;
	readonly servers: Readonly<Record<string, number>>;
	/** Why compiles stayed here; empty for a daemon that has no farm. */
	readonly stayed: Readonly<Record<string, number>>;
	/** Attempts that failed, by server. */
	readonly failedServers: Readonly<Record<string, number>>;
}

export const realPath = '/usr/local/bin:/usr/bin:/bin';

/** Other tests' compiles hold up this thread. */
const patienceMs = 120_000;

/** A daemon with a cache, a work folder and hard-linked shims of its own. */
export class Farm {
	readonly root: string;
	readonly work: string;
	readonly cacheDir: string;
	readonly shims: string;
	readonly socket: string;
	#daemon: ChildProcess | undefined;
	#daemonSaid = '';
	readonly #env: Readonly<Record<string, string>>;
	readonly #enter: readonly string[];

	private constructor(env: Readonly<Record<string, string>>, enter: readonly string[]) {
		this.#env = env;
		this.#enter = enter;
		this.root = realpathSync(mkdtempSync(join(tmpdir(), 'sccache-test-')));
		this.work = join(this.root, 'work');
		this.cacheDir = join(this.root, 'cache');
		this.shims = join(this.root, 'shims');
		this.socket = join(this.root, 'client.sock');
		mkdirSync(this.work);
		mkdirSync(this.shims);
		for (const name of ['gcc', 'g++', 'cc', 'c++', 'clang', 'clang++', 'cpp', 'ar']) {
			linkSync(program, join(this.shims, name));
		}
		linkSync(program, join(this.root, 'sccache'));
	}

	/** `enter`: a command prefix that takes the daemon to another machine; its socket is the same on all. */
	static async start(
		env: Readonly<Record<string, string>> = {},
		enter: readonly string[] = [],
	): Promise<Farm> {
		const farm = new Farm(env, enter);
		try {
			await farm.startDaemon();
		} catch (error) {
			await farm.close();
			throw error;
		}
		return farm;
	}

	get daemonPid(): number {
		return this.#daemon?.pid ?? 0;
	}

	get daemonSaid(): string {
		return this.#daemonSaid;
	}

	async startDaemon(env: Readonly<Record<string, string>> = {}): Promise<void> {
		const [first = '', ...rest] = [...this.#enter, program];
		const daemon = spawn(first, rest, {
			cwd: '/',
			env: {
				...this.environment(),
				...this.#env,
				...env,
				SCCACHE_START_SERVER: '1',
				SCCACHE_NO_DAEMON: '1',
			},
			stdio: ['ignore', 'inherit', 'pipe'],
		});
		this.#daemon = daemon;
		daemon.stderr?.setEncoding('utf8').on('data', text => {
			this.#daemonSaid += text;
		});
		for (let tries = 0; tries < 400; tries++) {
			if (await canConnect(this.socket)) {
				return;
			}
			if (daemon.exitCode !== null) {
				break;
			}
			await new Promise(resolve => setTimeout(resolve, 25));
		}
		await this.stopDaemon('SIGKILL');
		throw new Error(`the daemon did not start: ${this.#daemonSaid}`);
	}

	/** SIGTERM, or another signal, and wait for the end. */
	async stopDaemon(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
		const daemon = this.#daemon;
		if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) {
			return;
		}
		// Its last words come after its exit.
		const ended = new Promise<void>(resolve => daemon.once('close', () => resolve()));
		daemon.kill(signal);
		await ended;
	}

	async close(): Promise<void> {
		await this.stopDaemon();
		rmSync(this.root, {recursive: true, force: true});
	}

	environment(extra: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv {
		return {
			HOME: this.root,
			PATH: `${this.shims}:${realPath}`,
			LANG: 'C.UTF-8',
			SCCACHE_SERVER_UDS: this.socket,
			SCCACHE_DIR: this.cacheDir,
			SCCACHE_IDLE_TIMEOUT: '0',
			// A daemon that waits for its turn on a busy machine is still asked.
			SCCACHE_SHIM_TIMEOUT_MS: '120000',
			...extra,
		};
	}

	/** Through the shims. */
	run(name: string, args: readonly string[], options: RunOptions = {}): Ran {
		return runProgram(name, args, {
			cwd: options.cwd ?? this.work,
			env: this.environment(options.env),
			...(options.input === undefined ? {} : {input: options.input}),
		});
	}

	/** The real compiler, in the same place. */
	plain(name: string, args: readonly string[], options: RunOptions = {}): Ran {
		return runProgram(name, args, {
			cwd: options.cwd ?? this.work,
			env: {...this.environment(options.env), PATH: realPath},
			...(options.input === undefined ? {} : {input: options.input}),
		});
	}

	write(name: string, text: string | Buffer): string {
		const path = join(this.work, name);
		mkdirSync(dirname(path), {recursive: true});
		writeFileSync(path, text);
		return path;
	}

	read(name: string): Buffer {
		return readFileSync(join(this.work, name));
	}

	mode(name: string): number {
		return statSync(join(this.work, name)).mode & 0o777;
	}

	sccache(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}): Ran {
		return runProgram(program, args, {cwd: this.work, env: this.environment(env)});
	}

	counts(): Counted {
		return countedIn(this.#printedStats());
	}

	#printedStats(): StatsJson {
		const {stdout, stderr} = this.sccache(['--show-stats', '--stats-format=json']);
		try {
			return JSON.parse(stdout);
		} catch {
			throw new Error(`no statistics: ${stdout}${stderr}`);
		}
	}

	/** What `--show-stats --stats-format=json` prints, without a process of its own where a daemon runs. */
	async statsJson(): Promise<StatsJson> {
		const where = {socketPath: this.socket, port: undefined};
		const reply = await askDaemon(where, 'stats', patienceMs);
		if (reply === undefined) return this.#printedStats();
		return JSON.parse(statsJson({...reply.stats, clientVersion: ''})) as StatsJson;
	}

	/** What changed while `action` ran. */
	async during(action: () => void | Promise<void>): Promise<Counted> {
		const before = countedIn(await this.statsJson());
		await action();
		const after = countedIn(await this.statsJson());
		const less = (key: NumberKeys) => after[key] - before[key];
		const lessEach = (key: Exclude<keyof Counted, NumberKeys>) =>
			Object.fromEntries(
				Object.entries(after[key])
					.map(([name, count]) => [name, count - (before[key][name] ?? 0)] as const)
					.filter(([, count]) => count !== 0),
			);
		return {
			requests: less('requests'),
			directHits: less('directHits'),
			preprocessedHits: less('preprocessedHits'),
			misses: less('misses'),
			notCacheable: less('notCacheable'),
			notCompile: less('notCompile'),
			failed: less('failed'),
			fallbacks: less('fallbacks'),
			reasons: lessEach('reasons'),
			away: less('away'),
			servers: lessEach('servers'),
			stayed: lessEach('stayed'),
			failedServers: lessEach('failedServers'),
		};
	}
}

/** Of `--stats-format=json`, of one shared cache. */
export interface TierCounts {
	readonly hits: number;
	readonly misses: number;
	readonly errors: number;
	readonly timeouts: number;
	readonly skipped: number;
	readonly rejected: number;
	readonly writes: number;
	readonly writeErrors: number;
	readonly dropped: number;
	readonly backfillsTo: number;
}

type NumberKeys = {
	[Key in keyof Counted]: Counted[Key] extends number ? Key : never;
}[keyof Counted];

export interface StatsJson {
	readonly stats: {
		readonly compile_requests: number;
		readonly requests_not_compile: number;
		readonly requests_not_cacheable: number;
		readonly non_cacheable_compilations: number;
		readonly compile_fails: number;
		readonly cache_misses: {readonly counts: Record<string, number>};
		readonly not_cached: Record<string, number>;
		readonly dist_compiles: Record<string, number>;
		readonly gentoo: {
			readonly direct_hits: number;
			readonly preprocessed_hits: number;
			readonly fallbacks: Record<string, number>;
			readonly not_distributed: Record<string, number>;
			readonly dist_errors_by_server: Record<string, number>;
			readonly tiers?: Readonly<Record<string, TierCounts>>;
		};
	};
}

function countedIn({stats}: StatsJson): Counted {
	return {
		requests: stats.compile_requests,
		directHits: stats.gentoo.direct_hits,
		preprocessedHits: stats.gentoo.preprocessed_hits,
		misses: total(stats.cache_misses.counts),
		notCacheable: stats.requests_not_cacheable + stats.non_cacheable_compilations,
		notCompile: stats.requests_not_compile,
		failed: stats.compile_fails,
		fallbacks: total(stats.gentoo.fallbacks),
		reasons: stats.not_cached,
		away: total(stats.dist_compiles),
		servers: stats.dist_compiles,
		stayed: stats.gentoo.not_distributed,
		failedServers: stats.gentoo.dist_errors_by_server,
	};
}

export function total(counts: Readonly<Record<string, number>>): number {
	return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function runProgram(
	name: string,
	args: readonly string[],
	options: {cwd: string; env: NodeJS.ProcessEnv; input?: string},
): Ran {
	const {status, signal, stdout, stderr, error} = spawnSync(name, args, {
		cwd: options.cwd,
		env: options.env,
		encoding: 'latin1',
		maxBuffer: 256 * 1024 * 1024,
		...(options.input === undefined
			? {stdio: ['ignore', 'pipe', 'pipe'] as const}
			: {input: options.input}),
	});
	if (error !== undefined) {
		throw error;
	}
	return {code: status, signal, stdout, stderr};
}

/** Sources must be older than the compile; file stamps tick every few milliseconds. */
export function settle(): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}
