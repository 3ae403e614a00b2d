import {AppError} from '../../lib/errors.js';
import {parseSize} from '../../lib/size.js';
import {knownPackages} from '../../portage/known-packages.js';
import {envFiles, type OptOut} from '../../portage/package-env.js';
import {listAllOptOuts} from '../../portage/package-env-files.js';
import type {ClientAnswers, PathChoice} from '../plan/answers.js';
import {findWrappers} from '../plan/make-conf-plan.js';
import {readPackageEnv} from '../plan/package-env-plan.js';
import type {Ask} from './ask.js';
import {compilersIn} from './compilers-in.js';
import {cacheSizeFor} from './detect.js';
import type {Facts, Farm} from './farm.js';
import {askSize, shortSize} from './questions.js';

const gibibyte = 1024 ** 3;

export async function gatherClient(facts: Facts, farm: Farm): Promise<ClientAnswers> {
	const {given, existing, tree} = facts;
	const connection = connectionTo(facts, farm);
	const cacheSizeBytes = await cacheSize(facts);
	const path = given.path ?? (await askPath(existing.path, facts.ask));
	return {
		farm: connection,
		cacheSizeBytes,
		toolchainCacheSizeBytes:
			given.toolchainCacheSize === undefined
				? (existing.client?.toolchainCacheSizeBytes ?? 5 * gibibyte)
				: parseSize(given.toolchainCacheSize),
		path,
		switchWrappers: await switchOver(facts, path),
		reports: await askReports(facts, path),
		shimFolder: given.shimFolder,
		program: given.program,
		compilers: compilersIn(tree, given.program),
		exclude: path === 'none' ? [] : await excluded(facts),
	};
}

function connectionTo({existing}: Facts, farm: Farm): ClientAnswers['farm'] {
	const schedulerUrl = farm.schedulerUrl ?? existing.client?.schedulerUrl;
	if (schedulerUrl === undefined) return undefined;
	if (farm.clientToken === undefined && existing.client?.hasAuth !== true) {
		throw new AppError('SETUP_INVALID', 'the client has no token for the scheduler', {
			hint: 'give it with --join-code-file or --client-token-file',
		});
	}
	return {schedulerUrl, token: farm.clientToken};
}

function cacheSize({given, existing, host, ask}: Facts): Promise<number> {
	const free = shortSize(Math.floor(host.freeBytes / gibibyte) * gibibyte);
	return askSize(
		{
			given: given.cacheSize,
			flag: '--cache-size',
			question: 'Size of the cache',
			about: `It is in /var/cache/sccache, where ${free} are free.`,
		},
		existing.cacheSizeBytes ?? cacheSizeFor(host.freeBytes),
		ask,
	);
}

function askPath(present: PathChoice | undefined, ask: Ask): Promise<PathChoice> {
	return ask.choose<PathChoice>(
		{
			question: 'Where is the PATH of builds changed?',
			about: 'Builds find sccache because its folder comes first in their PATH.',
			choices: [
				{
					value: 'make.conf',
					about: 'simple; a compiler that emerge installs is seen by the next emerge',
				},
				{
					value: 'bashrc',
					about: 'in /etc/portage/bashrc; a new compiler is seen at once, by the same emerge',
				},
				{
					value: 'wiki-tcp',
					about: 'as Gentoo’s wiki has it: over port 4227, with three sandboxes of Portage off',
				},
				{value: 'none', about: 'not now: nothing is built with sccache yet'},
			],
		},
		present ?? 'make.conf',
	);
}

async function switchOver({given, existing, tree, ask}: Facts, path: PathChoice): Promise<boolean> {
	if (given.switchWrappers !== undefined) return given.switchWrappers;
	const found = findWrappers({path}, tree);
	if (found.length === 0 || path === 'none') return existing.switched;
	const names = found.map(({wrapper}) => wrapper).join(' and ');
	const about = found.map(({meaning}) => `${meaning}.`).join('\n');
	return ask.confirm(`Switch ${names} off?`, about, existing.switched);
}

async function askReports({given, existing, ask}: Facts, path: PathChoice): Promise<boolean> {
	if (given.reports !== undefined) return given.reports;
	if (path === 'none') return existing.reports;
	return ask.confirm(
		'Say after each emerge what came from the cache?',
		'A line per package among Portage’s messages: “312 compiles, 71 % from the cache, 4 min 10 s saved”. It is made by a few lines in /etc/portage/bashrc.',
		existing.reports,
	);
}

/** Of the shipped list; what is excluded already stays so. */
async function excluded({given, tree, ask}: Facts): Promise<readonly OptOut[]> {
	if (given.excludeKnown === false) return [];
	const present = new Set(listAllOptOuts(readPackageEnv(tree)).map(({atom}) => atom));
	const offered = knownPackages.filter(({atom}) => !present.has(atom));
	if (given.excludeKnown === true || offered.length === 0) return offered;
	const chosen = await ask.chooseSome(
		{
			question: 'Packages to build without sccache, or with less of it',
			about:
				'These are known to break, or not to gain. `sccache-gentoo exclude` adds others later.',
			choices: offered.map(({atom, envFile, reason}) => ({
				value: atom,
				about: envFiles[envFile],
				detail: `Why: ${reason}.`,
			})),
		},
		[],
		false,
	);
	return offered.filter(({atom}) => chosen.includes(atom));
}
