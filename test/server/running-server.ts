import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {freePort} from '../helpers/free-port.js';
import {until} from '../helpers/until.js';
import {StubScheduler, type Teardowns} from './stub-scheduler.js';

const program = resolve(import.meta.dirname, '../../bin/sccache-dist');

/** Why a build server can't be run here. */
export function unable(): string | undefined {
	if (process.getuid?.() !== 0) return 'not root';
	if (!existsSync('/usr/bin/bwrap')) return 'no bubblewrap';
	if (spawnSync('unshare', ['--mount', 'true']).status !== 0) return 'no mount namespaces';
	return undefined;
}

export const schedulerToken = 'shared-by-all-servers';

export interface RunningServer {
	readonly child: ChildProcess;
	readonly folder: string;
	readonly port: number;
	readonly url: string;
	readonly scheduler: StubScheduler;
	said(): string;
	/** The exit code. */
	end(signal: NodeJS.Signals): Promise<number | null>;
	/** By SIGTERM; with all that it has on disk. */
	restart(): Promise<void>;
}

export interface ServerSettings {
	/** Of the scheduler; 0 unless told. */
	readonly extensions?: 0 | 1;
	/** Keys of the file, before its tables. */
	readonly keys?: string;
	readonly limits?: string;
}

/** For what several tests of a file use. */
export class Together implements Teardowns {
	readonly #runs: (() => unknown)[] = [];

	teardown(run: () => unknown): void {
		this.#runs.push(run);
	}

	async end(): Promise<void> {
		for (const run of this.#runs.toReversed()) await run();
	}
}

/** `sccache-dist server` as users run it, with a scheduler that is none. Both end with the test. */
export async function startServer(
	t: Teardowns,
	{extensions = 0, keys = '', limits = ''}: ServerSettings = {},
): Promise<RunningServer> {
	const folder = mkdtempSync(join(tmpdir(), 'server-test-'));
	chmodSync(folder, 0o755);
	const scheduler = await StubScheduler.start(t, extensions);
	const port = await freePort();
	const config = join(folder, 'server.conf');
	writeFileSync(
		config,
		`cache_dir = "${folder}/cache"
public_addr = "127.0.0.1:${port}"
scheduler_url = "${scheduler.url}"
${keys}
[builder]
type = "overlay"
build_dir = "${folder}/build"
bwrap_path = "/usr/bin/bwrap"
[scheduler_auth]
type = "token"
token = "${schedulerToken}"
[limits]
${limits}
`,
		{mode: 0o600},
	);
	let said = '';
	const start = () => {
		const child = spawn(program, ['server', '--config', config], {
			env: {PATH: process.env.PATH, SCCACHE_LOG: 'trace'},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		for (const pipe of [child.stdout, child.stderr]) {
			pipe.on('data', chunk => {
				said += chunk;
			});
		}
		return {child, exited: once(child, 'exit')};
	};
	let running = start();
	const end = async (signal: NodeJS.Signals) => {
		running.child.kill(signal);
		const [code] = await running.exited;
		return code as number | null;
	};
	const heard = (heartbeats: number) =>
		until(() => {
			if (running.child.exitCode !== null) throw new Error(said);
			return scheduler.heartbeats.length > heartbeats;
		});
	t.teardown(async () => {
		const {child, exited} = running;
		if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
		await exited;
		rmSync(folder, {recursive: true, force: true});
	});
	await heard(0);
	return {
		...{folder, port, scheduler, end},
		get child() {
			return running.child;
		},
		url: `https://127.0.0.1:${port}`,
		said: () => said,
		restart: async () => {
			await end('SIGTERM');
			const before = scheduler.heartbeats.length;
			running = start();
			await heard(before);
		},
	};
}
