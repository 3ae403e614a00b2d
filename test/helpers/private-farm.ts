import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {chmodSync, mkdirSync, openSync, readFileSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {freePorts} from './free-port.js';

const program = resolve(import.meta.dirname, '../../bin/sccache-dist');

/** A machine of the farm: an address, and what enters it (nothing for this machine itself). */
export interface Host {
	readonly address: string;
	readonly enter: readonly string[];
	/** Another sccache-dist than ours. */
	readonly program?: string;
}

export const loopback: Host = {address: '127.0.0.1', enter: []};

export interface FarmOptions {
	readonly scheduler: Host;
	readonly servers: readonly Host[];
	/** How many schedulers, all on that host; 1 unless told. */
	readonly schedulerCount?: number;
	/** More tables for a scheduler's file. */
	readonly schedulerTables?: string;
	/** More lines for a server's file, before its first table. */
	readonly serverLines?: string;
	/** Instead of the system's. */
	readonly bwrapPath?: string;
}

/** A scheduler and build servers of their own, in one folder; their configuration is the wiki's. */
export class PrivateFarm {
	readonly folder: string;
	readonly #options: FarmOptions;
	readonly #token: string;
	readonly #key: string;
	readonly #schedulerPorts: readonly number[];
	readonly #serverPorts: readonly number[];
	readonly #processes = new Map<string, ChildProcess>();

	private constructor(
		folder: string,
		options: FarmOptions,
		secrets: {token: string; key: string},
		ports: readonly number[],
	) {
		this.folder = folder;
		this.#options = options;
		this.#token = secrets.token;
		this.#key = secrets.key;
		const {schedulerCount = 1} = options;
		this.#schedulerPorts = ports.slice(0, schedulerCount);
		this.#serverPorts = ports.slice(schedulerCount);
	}

	/** Ready to take jobs when it resolves. */
	static async start(folder: string, options: FarmOptions): Promise<PrivateFarm> {
		mkdirSync(folder, {recursive: true});
		// A server's jobs are another user's.
		chmodSync(folder, 0o755);
		const secrets = {
			token: said(['auth', 'generate-shared-token']),
			key: said(['auth', 'generate-jwt-hs256-key']),
		};
		const ports = await freePorts((options.schedulerCount ?? 1) + options.servers.length);
		const farm = new PrivateFarm(folder, options, secrets, ports);
		farm.#writeFiles();
		for (const index of farm.#schedulerPorts.keys()) farm.startScheduler(index);
		for (const index of options.servers.keys()) farm.startServer(index);
		try {
			await farm.untilServers(options.servers.length);
		} catch (error) {
			await farm.stop();
			throw error;
		}
		return farm;
	}

	get clientToken(): string {
		return this.#token;
	}

	get schedulerUrl(): string {
		return this.schedulerUrls[0] ?? '';
	}

	get schedulerUrls(): readonly string[] {
		const {address} = this.#options.scheduler;
		return this.#schedulerPorts.map(port => `http://${address}:${port}`);
	}

	serverAddress(index: number): string {
		return `${this.#options.servers[index]?.address}:${this.#serverPorts[index]}`;
	}

	/** A client's file for this farm; the path. `lines`: before its first table. */
	clientFile(
		name: string,
		lines = '',
		token = this.#token,
		schedulerUrls = this.schedulerUrls,
	): string {
		const path = join(this.folder, `${name}.conf`);
		const text = `${lines}
[dist]
${schedulerKey(schedulerUrls)}
toolchains = []
toolchain_cache_size = 5368709120
cache_dir = "${join(this.folder, `${name}-toolchains`)}"

[dist.auth]
type = "token"
token = "${token}"
`;
		writeFileSync(path, text, {mode: 0o640});
		return path;
	}

	startScheduler(index = 0): void {
		this.#start(schedulerName(index), this.#options.scheduler);
	}

	startServer(index: number): void {
		this.#start(`server-${index}`, this.#options.servers[index] as Host);
	}

	pid(name: string): number {
		return this.#processes.get(name)?.pid ?? 0;
	}

	said(name: string): string {
		return readFileSync(join(this.folder, `${name}.log`), 'utf8');
	}

	async end(name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
		const child = this.#processes.get(name);
		this.#processes.delete(name);
		if (child === undefined || hasEnded(child)) return;
		const ended = new Promise(resolve => child.once('exit', resolve));
		child.kill(signal);
		const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
		await ended;
		clearTimeout(late);
	}

	async stop(): Promise<void> {
		await Promise.all([...this.#processes.keys()].map(name => this.end(name)));
	}

	/** The scheduler's own count, asked for as JSON. */
	status(url = this.schedulerUrl): {
		readonly num_servers: number;
		readonly num_cpus: number;
		readonly in_progress: number;
	} {
		const [program = '', ...args] = [
			...this.#options.scheduler.enter,
			process.execPath,
			'-e',
			`fetch(${JSON.stringify(`${url}/api/v1/scheduler/status`)}, {headers: {accept: 'application/json'}})
				.then(answer => answer.text()).then(text => console.log(text), () => console.log('{}'))`,
		];
		return JSON.parse(spawnSync(program, args, {encoding: 'utf8'}).stdout);
	}

	/** All schedulers that run know so many. */
	async untilServers(count: number): Promise<void> {
		for (let tries = 0; tries < 150; tries++) {
			const running = this.schedulerUrls.filter((_url, index) =>
				this.#processes.has(schedulerName(index)),
			);
			if (running.every(url => this.status(url).num_servers === count)) return;
			if ([...this.#processes.values()].some(hasEnded)) break;
			await sleep(100);
		}
		const logs = [...this.#processes.keys()].map(name => `${name}:\n${this.said(name)}`);
		throw new Error(`the farm is not complete:\n${logs.join('\n')}`);
	}

	#start(name: string, host: Host): void {
		const log = openSync(join(this.folder, `${name}.log`), 'a');
		const role = name.replace(/-\d+$/, '');
		const [first = '', ...args] = [
			...host.enter,
			host.program ?? program,
			role,
			'--config',
			join(this.folder, `${name}.conf`),
		];
		const child = spawn(first, args, {
			env: {PATH: process.env.PATH, SCCACHE_NO_DAEMON: '1', SCCACHE_LOG: 'debug'},
			stdio: ['ignore', log, log],
		});
		this.#processes.set(name, child);
	}

	#writeFiles(): void {
		const {scheduler, servers, serverLines = '', bwrapPath = '/usr/bin/bwrap'} = this.#options;
		const write = (name: string, text: string) =>
			writeFileSync(join(this.folder, `${name}.conf`), text, {mode: 0o640});
		for (const [index, port] of this.#schedulerPorts.entries()) {
			write(
				schedulerName(index),
				`public_addr = "${scheduler.address}:${port}"

[client_auth]
type = "token"
token = "${this.#token}"

[server_auth]
type = "jwt_hs256"
secret_key = "${this.#key}"
${this.#options.schedulerTables ?? ''}
`,
			);
		}
		for (const index of servers.keys()) {
			const address = this.serverAddress(index);
			const config = join(this.folder, 'scheduler.conf');
			const ask = ['auth', 'generate-jwt-hs256-server-token', '--server', address];
			const token = said([...ask, '--config', config]);
			const place = join(this.folder, `server-${index}`);
			for (const part of ['build', 'toolchains']) mkdirSync(join(place, part), {recursive: true});
			write(
				`server-${index}`,
				`public_addr = "${address}"
toolchain_cache_size = 10737418240
cache_dir = "${join(place, 'toolchains')}"
${schedulerKey(this.schedulerUrls)}
${serverLines}
[builder]
type = "overlay"
build_dir = "${join(place, 'build')}"
bwrap_path = "${bwrapPath}"

[scheduler_auth]
type = "jwt_token"
token = "${token}"
`,
			);
		}
	}
}

const schedulerName = (index: number): string => (index === 0 ? 'scheduler' : `scheduler-${index}`);

/** Upstream's key where there is one alone. */
function schedulerKey(urls: readonly string[]): string {
	return urls.length === 1
		? `scheduler_url = "${urls[0]}"`
		: `scheduler_urls = ${JSON.stringify(urls)}`;
}

const hasEnded = ({exitCode, signalCode}: ChildProcess): boolean =>
	exitCode !== null || signalCode !== null;

function said(args: readonly string[]): string {
	const {stdout, stderr, status} = spawnSync(program, args, {encoding: 'utf8'});
	if (status !== 0) throw new Error(`sccache-dist ${args.join(' ')}: ${stderr}`);
	return stdout.trim();
}
