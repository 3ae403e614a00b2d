import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {ClientConfig} from '../config/client-config.js';
import {loadClientConfig} from '../config/load.js';
import type {Environment} from '../config/parse-variables.js';
import {loadSchedulerConfig, type SchedulerConfig} from '../config/scheduler-config.js';
import {loadServerConfig, type ServerConfig} from '../config/server-config.js';
import {environmentOf, serviceEnvironment} from '../config/service-environment.js';
import type {User} from './access.js';
import type {Host} from './host.js';
import {probeConfig, type ReadConfig, tokenFiles} from './probes/config-file.js';
import {type DaemonProbe, type Endpoint, probeDaemon} from './probes/daemon.js';
import {userNamed} from './probes/files.js';
import {type NamesFacts, probeNames} from './probes/links.js';
import {type PortageFacts, readPortage} from './probes/portage.js';
import {type ListProbe, probeList, probeScheduler} from './probes/scheduler.js';
import {type PackProbe, probePacking} from './probes/toolchain.js';
import type {SchedulerFacts} from './verdicts/scheduler.js';

export type Role = 'client' | 'scheduler' | 'server';

/** What several checks look at, found out when the first of them asks. */
export interface Survey {
	readonly host: Host;
	/** The file of a role, in the tree. */
	readonly fileOf: (role: Role) => string;
	readonly has: (role: Role) => boolean;
	/** Whoever builds: the user portage, or where there is none the one who asks. */
	readonly builder: () => User;
	readonly portage: () => PortageFacts;
	readonly names: () => NamesFacts;
	/** Where builds look for the daemon. */
	readonly endpoint: () => Endpoint;
	readonly daemon: () => Promise<DaemonProbe>;
	readonly client: () => Promise<ReadConfig<ClientConfig>>;
	readonly scheduler: () => ReadConfig<SchedulerConfig>;
	readonly server: () => ReadConfig<ServerConfig>;
	/** These need a farm in the client's configuration. */
	/** Each scheduler of the list, in its order. */
	readonly schedulers: () => Promise<readonly SchedulerFacts[]>;
	/** The first that answers; else the first. */
	readonly farm: () => Promise<SchedulerFacts>;
	readonly list: () => Promise<ListProbe>;
	readonly packed: () => Promise<PackProbe>;
	/** A name of the links, to compile C with. */
	readonly compiler: () => string | undefined;
	/** Removes what was made to look at. */
	readonly close: () => Promise<void>;
}

export const root: User = {name: 'root', uid: 0, gid: 0};
/** Gentoo's own number, for a tree that does not say. */
const usualPortage: User = {name: 'portage', uid: 250, gid: 250};

export function createSurvey(host: Host): Survey {
	const fileOf = (role: Role) => join(host.root, `etc/sccache/${role}.conf`);
	const builder = once(
		() => userNamed(host.root, 'portage') ?? (host.isLive ? host.user : usualPortage),
	);
	const portage = once(() => readPortage(host.root));
	const names = once(() => probeNames(host, portage(), builder()));
	const endpoint = once(() => endpointOf(host.env, portage()));
	const daemon = once(() => probeDaemon(host, endpoint(), builder()));
	const client = once(async () => {
		const env = await environmentOfClient(host, async () => (await daemon()).pid);
		const path = env.SCCACHE_CONF ?? fileOf('client');
		return probeConfig(path, builder(), () => inTree(host, loadClientConfig(env)), tokenFiles);
	});
	const scheduler = once(() => {
		const path = fileOf('scheduler');
		return probeConfig(path, root, () => loadSchedulerConfig(path));
	});
	const server = once(() => {
		const path = fileOf('server');
		return probeConfig(path, root, () => loadServerConfig(path));
	});
	const dist = async () => {
		const found = (await client()).config?.dist;
		if (found === undefined) throw new Error('there is no farm to ask');
		return found;
	};
	const schedulers = once(async () => {
		const {schedulerUrls} = await dist();
		return Promise.all(schedulerUrls.map(url => probeScheduler(url, host.nowMs)));
	});
	const farm = once(async () => {
		const all = await schedulers();
		const chosen = all.find(({answer}) => answer.kind === 'answers') ?? all[0];
		if (chosen === undefined) throw new Error('there is no scheduler to ask');
		return chosen;
	});
	const list = once(async () => probeList(await dist()));
	const compiler = once(() => compilerOf(names().compilers.links.map(({name}) => name)));
	let packing: Promise<PackProbe> | undefined;
	const packed = once(() => {
		const {links} = names().compilers;
		const behind = links.find(({name}) => name === compiler())?.behind;
		if (behind === undefined) throw new Error('there is no compiler to pack');
		packing = probePacking(behind, host.onStage);
		return packing;
	});
	return {
		host,
		fileOf,
		has: role =>
			existsSync(role === 'client' ? (host.env.SCCACHE_CONF ?? fileOf(role)) : fileOf(role)),
		...{builder, portage, names, endpoint, daemon, client, scheduler, server},
		...{schedulers, farm, list, packed, compiler},
		close: async () => (await packing?.catch(() => undefined))?.close(),
	};
}

/** The caller's variables go before make.conf's, as Portage has it for all but PATH. */
function endpointOf(env: Environment, portage: PortageFacts): Endpoint {
	const value = (name: string) => env[name] || portage.value(name);
	const {socketPath, port} = loadClientConfig({
		SCCACHE_CONF: '/dev/null',
		SCCACHE_SERVER_UDS: value('SCCACHE_SERVER_UDS'),
		SCCACHE_SERVER_PORT: value('SCCACHE_SERVER_PORT'),
	});
	return {socketPath, port};
}

/** The daemon's own, if it runs and we may look; else what the service would give it. */
async function environmentOfClient(
	host: Host,
	daemonPid: () => Promise<number | undefined>,
): Promise<Environment> {
	if (!host.isLive) {
		const {SCCACHE_CONF: path = '', ...others} = serviceEnvironment({});
		return {...others, SCCACHE_CONF: join(host.root, path)};
	}
	const pid = await daemonPid();
	return (pid === undefined ? undefined : environmentOf(pid)) ?? serviceEnvironment(host.env);
}

/** With the cache where it is in the tree; a daemon that runs has it where it says. */
function inTree({root, isLive}: Host, config: ClientConfig): ClientConfig {
	return isLive ? config : {...config, cacheDir: join(root, config.cacheDir)};
}

/** One that compiles C; the plainest. */
function compilerOf(names: readonly string[]): string | undefined {
	return ['gcc', 'cc', 'clang'].find(name => names.includes(name)) ?? names.find(isForC);
}

const isForC = (name: string): boolean => /(?:^|-)(?:gcc|cc|clang)(?:-[\d.]+)?$/.test(name);

function once<Value>(find: () => Value): () => Value {
	let found: {readonly value: Value} | undefined;
	return () => {
		found ??= {value: find()};
		return found.value;
	};
}
