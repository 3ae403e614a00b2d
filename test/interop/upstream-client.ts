import {spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {freePort} from '../helpers/free-port.js';

export interface Ran {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Counters of `--show-stats --stats-format=json`. */
export interface Counted {
	/** By address of the server. */
	readonly distCompiles: Readonly<Record<string, number>>;
	readonly distErrors: number;
	readonly compileFails: number;
	readonly misses: number;
}

/** Mozilla's client with a folder of its own: nothing of the user's gets in, nothing of it gets out. */
export class UpstreamClient {
	readonly root: string;
	readonly work: string;
	readonly #program: string;
	readonly #env: NodeJS.ProcessEnv;

	private constructor(program: string, port: number) {
		this.#program = program;
		this.root = realpathSync(mkdtempSync(join(tmpdir(), 'sccache-interop-')));
		this.work = join(this.root, 'work');
		mkdirSync(this.work);
		this.#env = {
			PATH: '/usr/local/bin:/usr/bin:/bin',
			HOME: this.root,
			LANG: 'C.UTF-8',
			SCCACHE_SERVER_PORT: `${port}`,
			SCCACHE_DIR: join(this.root, 'cache'),
			SCCACHE_CONF: join(this.root, 'none'),
			SCCACHE_CACHED_CONF: join(this.root, 'cached-config'),
			SCCACHE_IDLE_TIMEOUT: '0',
			SCCACHE_ERROR_LOG: join(this.root, 'daemon.log'),
			SCCACHE_LOG: 'sccache=debug',
		};
	}

	static async make(program: string): Promise<UpstreamClient> {
		return new UpstreamClient(program, await freePort());
	}

	/** Its daemon, told of this file. */
	async start(conf: string): Promise<void> {
		this.#env.SCCACHE_CONF = conf;
		const {code, stderr} = await this.run(['--start-server']);
		if (code !== 0) throw new Error(`the daemon did not start: ${stderr}`);
	}

	run(args: readonly string[], cwd = this.work): Promise<Ran> {
		return runProgram(this.#program, args, cwd, this.#env);
	}

	/** The compiler itself, in the same place. */
	plain(program: string, args: readonly string[], cwd = this.work): Promise<Ran> {
		return runProgram(program, args, cwd, this.#env);
	}

	async counted(): Promise<Counted> {
		const {stdout, stderr} = await this.run(['--show-stats', '--stats-format=json']);
		if (stdout === '') throw new Error(stderr);
		const {stats} = JSON.parse(stdout);
		const misses = Object.values(stats.cache_misses.counts) as number[];
		return {
			distCompiles: stats.dist_compiles,
			distErrors: stats.dist_errors,
			compileFails: stats.compile_fails,
			misses: misses.reduce((sum, count) => sum + count, 0),
		};
	}

	write(name: string, text: string): void {
		const path = join(this.work, name);
		mkdirSync(dirname(path), {recursive: true});
		writeFileSync(path, text);
	}

	read(name: string): Buffer {
		return readFileSync(join(this.work, name));
	}

	said(): string {
		return readFileSync(join(this.root, 'daemon.log'), 'utf8');
	}

	async stop(): Promise<void> {
		await this.run(['--stop-server'], this.root);
		rmSync(this.root, {recursive: true, force: true});
	}
}

function runProgram(
	program: string,
	args: readonly string[],
	cwd: string,
	env: NodeJS.ProcessEnv,
): Promise<Ran> {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {cwd, env, stdio: ['ignore', 'pipe', 'pipe']});
		let stdout = '';
		let stderr = '';
		child.stdout.setEncoding('utf8').on('data', text => {
			stdout += text;
		});
		child.stderr.setEncoding('utf8').on('data', text => {
			stderr += text;
		});
		child.once('error', reject);
		child.once('close', code => resolve({code, stdout, stderr}));
	});
}
