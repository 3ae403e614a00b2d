import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {lastValue, wrappersIn} from '../portage/make-conf-facts.js';
import type {CompileProbe} from './probes/compile.js';
import type {Endpoint} from './probes/daemon.js';
import type {PortageFacts} from './probes/portage.js';
import type {Survey} from './survey.js';
import type {FeaturesFacts} from './verdicts/features.js';
import type {FarmFacts} from './verdicts/servers.js';
import type {WrapperFacts} from './verdicts/wrappers.js';

/** What the checks ask of a survey, put together. */

export async function noPortage(survey: Survey): Promise<string | undefined> {
	const path = join(survey.host.root, 'etc/portage');
	if (!existsSync(path)) return `There is no ${path}: nothing is built by Portage here.`;
	return noClient(survey);
}

/** A scheduler or a build server that builds nothing itself. */
export async function noClient({has, names, fileOf}: Survey): Promise<string | undefined> {
	const isOther = has('scheduler') || has('server');
	if (!isOther || has('client') || names().path.linkFolder !== undefined) return undefined;
	return `There is no ${fileOf('client')}: this host is no client.`;
}

export async function noFarm(survey: Survey): Promise<string | undefined> {
	const absent = await noClient(survey);
	if (absent !== undefined) return absent;
	const {config, facts} = await survey.client();
	if (config === undefined) return `${facts.path} can't be used.`;
	return config.dist === undefined
		? `${facts.path} names no scheduler: compiles stay here.`
		: undefined;
}

export async function noShared(survey: Survey): Promise<string | undefined> {
	const absent = await noClient(survey);
	if (absent !== undefined) return absent;
	const {config, facts} = await survey.client();
	if (config === undefined) return `${facts.path} can't be used.`;
	return config.shared === undefined
		? `${facts.path} names no shared cache: the cache is the disk alone.`
		: undefined;
}

export function wayOf({socketPath}: Endpoint): FeaturesFacts['way'] {
	if (socketPath === undefined) return 'tcp';
	return socketPath.startsWith('\0') ? 'abstract socket' : 'socket';
}

/** Variables that name a compiler. */
const compilerVariables = ['CC', 'CXX', 'RUSTC_WRAPPER'];

export function wrapperFacts(portage: PortageFacts): WrapperFacts {
	return {
		found: wrappersIn(portage.features, portage.hasBashrcBlock ? 'bashrc' : 'make.conf'),
		folders: portage.path
			.filter(
				({folder, from}) => from === 'make.conf' && /\/(?:ccache|distcc|icecc)\b/.test(folder),
			)
			.map(({folder}) => folder),
		variables: new Map(
			compilerVariables.flatMap(name => {
				const value = lastValue(portage.assignments, name);
				return value === undefined ? [] : [[name, value] as const];
			}),
		),
	};
}

/** By the daemon; undefined where none answers. */
export async function usedBytes({host, daemon, endpoint}: Survey): Promise<number | undefined> {
	if ((await daemon()).pid === undefined) return undefined;
	return (await host.daemon.stats(endpoint()))?.cacheSizeBytes;
}

export async function compileProbe(survey: Survey): Promise<CompileProbe> {
	const {host, endpoint, builder, names, compiler} = survey;
	const {cacheDir = ''} = (await survey.client()).config ?? {};
	return {
		...{host, endpoint: endpoint(), user: builder(), cacheDir},
		shimFolder: names().links.folder,
		searchPath: names().searchPath,
		compiler: compiler() ?? 'gcc',
	};
}

export async function farmFacts({host, farm, list}: Survey): Promise<FarmFacts> {
	const {answer} = await farm();
	const found = (await list()).list;
	return {
		servers: found?.servers.map(({address, numCpus, quarantine, status}) => ({
			address,
			quarantine: quarantine?.reason,
			state: status?.state ?? 'up',
			arch: status?.arch,
			slots: status?.slots ?? numCpus,
		})),
		count: answer.kind === 'answers' ? answer.servers : 0,
		arch: host.arch,
	};
}

/** 0 without a farm, or with one that can't be asked. */
export async function farmSlots(survey: Survey): Promise<number> {
	if (!survey.host.isLive || (await noFarm(survey)) !== undefined) return 0;
	const {servers = []} = await farmFacts(survey);
	return servers.filter(({state}) => state === 'up').reduce((sum, {slots}) => sum + slots, 0);
}
