import {spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {type PrivateDaemon, startDaemon} from '../helpers/private-daemon.js';

const program = resolve(import.meta.dirname, '../../bin/sccache');

export interface Ran {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Our client, which compiles nothing itself as long as it need not. */
export class OwnClient {
	readonly work: string;
	readonly #root: string;
	readonly #daemon: PrivateDaemon;
	#turn = 0;

	private constructor(root: string, daemon: PrivateDaemon) {
		this.#root = root;
		this.#daemon = daemon;
		this.work = join(root, 'work');
		mkdirSync(join(this.work, 'include'), {recursive: true});
		writeFileSync(join(this.work, 'include/shape.h'), '#define SIDES 3\n');
	}

	static async start(schedulerUrl: string, token: string): Promise<OwnClient> {
		const root = realpathSync(mkdtempSync(join(tmpdir(), 'sccache-interop-')));
		const conf = join(root, 'client.conf');
		const text = `[daemon]
local_slots = 0

[dist]
scheduler_url = "${schedulerUrl}"
cache_dir = "${join(root, 'toolchains')}"

[dist.auth]
type = "token"
token = "${token}"
`;
		writeFileSync(conf, text, {mode: 0o600});
		return new OwnClient(root, await startDaemon(join(root, 'daemon'), {SCCACHE_CONF: conf}));
	}

	/** Its name; no cache has seen it. */
	freshSource(text?: string): string {
		const turn = ++this.#turn;
		const source = `fresh-${turn}.c`;
		const body = text ?? `int sides${turn}(void) { return SIDES; }\n`;
		writeFileSync(join(this.work, source), `#include "shape.h"\n#include <stdio.h>\n${body}`);
		return source;
	}

	/** Makes `<source>.o` and `<source>.d`. */
	async compile(source: string): Promise<Ran> {
		// Sources must be older than their compile; file stamps tick every few milliseconds.
		await sleep(20);
		return this.#run(program, ['gcc', ...argsOf(source)]);
	}

	/** The compiler itself. */
	plain(source: string): Promise<Ran> {
		return this.#run('gcc', argsOf(source));
	}

	/** The object and the dependency file. */
	made(source: string): readonly Buffer[] {
		return ['o', 'd'].map(end => readFileSync(join(this.work, `${source}.${end}`)));
	}

	sccache(...args: readonly string[]): Promise<Ran> {
		return this.#run(program, args);
	}

	/** How many compiles a server did. */
	async distributed(server: string): Promise<number> {
		const {stdout} = await this.sccache('--show-stats', '--stats-format=json');
		return JSON.parse(stdout).stats.dist_compiles[server] ?? 0;
	}

	/** Until a server has done one more: the toolchain is packed aside, while compiles are done here. */
	async warmUp(server: string): Promise<void> {
		const before = await this.distributed(server);
		for (let tries = 0; tries < 120; tries++) {
			await this.compile(this.freshSource());
			if ((await this.distributed(server)) > before) return;
			await sleep(500);
		}
		const log = readFileSync(join(this.#root, 'daemon/daemon.log'), 'utf8');
		throw new Error(`nothing was done away:\n${log}`);
	}

	async stop(): Promise<void> {
		await this.#daemon.stop();
		rmSync(this.#root, {recursive: true, force: true});
	}

	#run(name: string, args: readonly string[]): Promise<Ran> {
		const {work: cwd} = this;
		return new Promise((resolve, reject) => {
			const child = spawn(name, args, {
				cwd,
				env: {...this.#daemon.env, PWD: cwd},
				stdio: ['ignore', 'pipe', 'pipe'],
			});
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
}

const argsOf = (source: string): readonly string[] => [
	...['-O2', '-g', '-Iinclude', '-c', source, '-o', `${source}.o`],
	...['-MMD', '-MF', `${source}.d`],
];
