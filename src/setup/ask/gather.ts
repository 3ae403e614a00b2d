import {parseSecretKey} from '../../auth/secret-key.js';
import {makeServerToken} from '../../auth/server-token.js';
import {canonicalAddress} from '../../config/address.js';
import {AppError} from '../../lib/errors.js';
import {Secret} from '../../lib/secret.js';
import {parseSize} from '../../lib/size.js';
import {
	type Answers,
	roles as allRoles,
	type ClientAnswers,
	type InitSystem,
	type PathChoice,
	type Role,
	type SchedulerAnswers,
	type ServerAnswers,
} from '../plan/answers.js';
import {findWrappers} from '../plan/make-conf-plan.js';
import type {Tree} from '../plan/tree.js';
import type {Ask} from './ask.js';
import {cacheSizeFor, detectInit} from './detect.js';
import {type Existing, readExisting} from './existing.js';
import {type JoinCode, parseJoinCode} from './join-code.js';

/** What flags have answered. */
export interface Given {
	readonly roles: readonly Role[] | undefined;
	readonly eprefix: string;
	readonly init: InitSystem | undefined;
	readonly joinCode: string | undefined;
	readonly schedulerAddress: string | undefined;
	readonly serverAddress: string | undefined;
	readonly schedulerUrl: string | undefined;
	readonly clientToken: Secret | undefined;
	readonly serverToken: Secret | undefined;
	readonly cacheSize: string | undefined;
	readonly toolchainCacheSize: string | undefined;
	readonly maxJobs: number | undefined;
	readonly memoryPerJob: string | undefined;
	readonly path: PathChoice | undefined;
	readonly switchWrappers: boolean | undefined;
	readonly shimFolder: string;
	readonly program: string;
}

/** What this machine offers for answers. */
export interface Host {
	/** As they stand in `host:port`. */
	readonly addresses: readonly string[];
	readonly freeBytes: number;
	readonly cores: number;
	readonly randomBytes: (count: number) => Buffer;
	/** The names of compilers in the tree. */
	readonly compilers: () => readonly string[];
}

const schedulerPort = 10600;
const serverPort = 10501;

/** Answers from flags, from what the tree has already, and for the rest from who is asked. Throws SETUP_INVALID, CONFIG_INVALID. */
export async function gatherAnswers(
	given: Given,
	tree: Tree,
	host: Host,
	ask: Ask,
): Promise<Answers> {
	const chosen = given.roles ?? (await askRoles(ask));
	const existing = readExisting(tree);
	const scheduler = chosen.includes('scheduler')
		? await gatherScheduler(given, existing, host, ask)
		: undefined;
	const code = await findJoinCode(given, existing, chosen, ask);
	const farm = {given, existing, scheduler, code, host, ask};
	const server = chosen.includes('server') ? await gatherServer(farm) : undefined;
	const client = chosen.includes('client') ? await gatherClient(farm, tree) : undefined;
	return {
		eprefix: given.eprefix,
		init: given.init ?? detectInit(tree),
		scheduler,
		server,
		client,
	};
}

function askRoles(ask: Ask): Promise<readonly Role[]> {
	return ask.chooseSome(
		'What is this host in the farm?',
		[
			{value: 'scheduler', about: 'sends jobs to the servers; one host of the farm'},
			{value: 'server', about: 'compiles for others'},
			{value: 'client', about: 'builds packages, with a cache and the help of others'},
		],
		['client'] satisfies Role[],
	);
}

async function gatherScheduler(
	given: Given,
	existing: Existing,
	host: Host,
	ask: Ask,
): Promise<SchedulerAnswers> {
	const publicAddress = await askAddress(
		given.schedulerAddress,
		'--scheduler-address',
		'Address of the scheduler, as other hosts know it',
		existing.schedulerAddress ?? offered(host, schedulerPort),
		ask,
	);
	const made = () => new Secret(host.randomBytes(32).toString('base64url'));
	return {
		publicAddress,
		clientToken: existing.hasClientAuth ? undefined : made(),
		secretKey: existing.hasServerAuth ? undefined : made(),
	};
}

/** Asked for when this host has to know of a scheduler elsewhere. */
async function findJoinCode(
	given: Given,
	existing: Existing,
	chosen: readonly Role[],
	ask: Ask,
): Promise<JoinCode | undefined> {
	if (given.joinCode !== undefined) return parseJoinCode(given.joinCode);
	if (chosen.includes('scheduler') || given.schedulerUrl !== undefined) return undefined;
	const known = {server: existing.server !== undefined, client: existing.client !== undefined};
	const missing = allRoles.filter(
		role => role !== 'scheduler' && chosen.includes(role) && !known[role],
	);
	if (missing.length === 0) return undefined;
	const has = await ask.confirm(
		'Is there a scheduler, and a join code from it? (sccache-gentoo join-code prints one there)',
		false,
	);
	if (!has) return undefined;
	const question = {question: 'The join code', flag: '--join-code-file', wrong: wrongCode};
	return parseJoinCode(await ask.secret(question));
}

function wrongCode(text: string): string | undefined {
	try {
		parseJoinCode(text);
		return undefined;
	} catch (error) {
		if (error instanceof AppError) return error.message;
		throw error;
	}
}

interface Farm {
	readonly given: Given;
	readonly existing: Existing;
	readonly scheduler: SchedulerAnswers | undefined;
	readonly code: JoinCode | undefined;
	readonly host: Host;
	readonly ask: Ask;
}

async function gatherServer(farm: Farm): Promise<ServerAnswers> {
	const {given, existing, scheduler, code, host, ask} = farm;
	const publicAddress = await askAddress(
		given.serverAddress ?? code?.server?.publicAddress,
		'--server-address',
		'Address of this build server, as other hosts know it',
		existing.server?.publicAddress ?? offered(host, serverPort),
		ask,
	);
	const schedulerUrl =
		urlOf(farm) ??
		existing.server?.schedulerUrl ??
		(await ask.text({
			question: 'URL of the scheduler',
			flag: '--join-code-file or --scheduler-url',
			fallback: undefined,
			wrong: wrongUrl,
		}));
	return {
		publicAddress,
		schedulerUrl,
		token: await serverToken(farm, publicAddress, scheduler),
		toolchainCacheSizeBytes: existing.server?.toolchainCacheSizeBytes ?? 10 * 1024 ** 3,
		maxJobs: await maxJobsOf(farm),
		memoryPerJobBytes: given.memoryPerJob === undefined ? undefined : parseSize(given.memoryPerJob),
	};
}

async function maxJobsOf({given, existing, host, ask}: Farm): Promise<number | undefined> {
	if (given.maxJobs !== undefined || existing.server !== undefined) return given.maxJobs;
	const answer = await ask.text({
		question: `Jobs at once (this host has ${host.cores} cores)`,
		flag: '--max-jobs',
		fallback: String(host.cores),
		wrong: text => (/^[1-9]\d{0,3}$/.test(text) ? undefined : 'a number from 1 to 9999'),
	});
	// The cores are the server's own choice, also when there will be more of them.
	return Number(answer) === host.cores ? undefined : Number(answer);
}

/** Undefined: the one in the file is good for this address. */
async function serverToken(
	{given, existing, code, ask}: Farm,
	publicAddress: string,
	scheduler: SchedulerAnswers | undefined,
): Promise<Secret | undefined> {
	if (given.serverToken !== undefined) return given.serverToken;
	if (code?.server !== undefined) {
		if (code.server.publicAddress === publicAddress) return code.server.token;
		throw new AppError(
			'SETUP_INVALID',
			`the join code is for a server at ${code.server.publicAddress}, not at ${publicAddress}`,
			{hint: `on the scheduler: sccache-gentoo join-code --server ${publicAddress}`},
		);
	}
	if (existing.server?.hasAuth === true && existing.server.publicAddress === publicAddress) {
		return undefined;
	}
	const key = scheduler === undefined ? undefined : (scheduler.secretKey ?? existing.secretKey);
	if (key !== undefined) {
		return new Secret(await makeServerToken(publicAddress, parseSecretKey(key)));
	}
	const answer = await ask.secret({
		question: `The token for a server at ${publicAddress}`,
		flag: `--join-code-file, with what \`sccache-gentoo join-code --server ${publicAddress}\` prints on the scheduler`,
		wrong: text => (text.trim() === '' ? 'it is empty' : undefined),
	});
	return new Secret(answer.trim());
}

async function gatherClient(farm: Farm, tree: Tree): Promise<ClientAnswers> {
	const {given, existing, host, ask} = farm;
	const cacheSize = await askSize(
		given.cacheSize,
		'Size of the cache',
		existing.cacheSizeBytes ?? cacheSizeFor(host.freeBytes),
		ask,
	);
	const path = given.path ?? (await askPath(existing.path, ask));
	return {
		farm: clientFarm(farm),
		cacheSizeBytes: cacheSize,
		toolchainCacheSizeBytes:
			given.toolchainCacheSize === undefined
				? (existing.client?.toolchainCacheSizeBytes ?? 5 * 1024 ** 3)
				: parseSize(given.toolchainCacheSize),
		path,
		switchWrappers: await switchOver(given, existing, path, tree, ask),
		shimFolder: given.shimFolder,
		program: given.program,
		compilers: host.compilers(),
	};
}

function clientFarm(farm: Farm): ClientAnswers['farm'] {
	const {given, existing, scheduler, code} = farm;
	const schedulerUrl = urlOf(farm) ?? existing.client?.schedulerUrl;
	if (schedulerUrl === undefined) return undefined;
	const local =
		scheduler === undefined ? undefined : (scheduler.clientToken ?? existing.clientToken);
	const token = given.clientToken ?? code?.clientToken ?? local;
	if (token === undefined && existing.client?.hasAuth !== true) {
		throw new AppError('SETUP_INVALID', 'the client has no token for the scheduler', {
			hint: 'give it with --join-code-file or --client-token-file',
		});
	}
	return {schedulerUrl, token};
}

const urlOf = ({given, scheduler, code}: Farm): string | undefined =>
	given.schedulerUrl ??
	code?.schedulerUrl ??
	(scheduler === undefined ? undefined : `http://${scheduler.publicAddress}`);

function askPath(present: PathChoice | undefined, ask: Ask): Promise<PathChoice> {
	return ask.choose<PathChoice>(
		'How do builds find sccache?',
		[
			{value: 'make.conf', about: 'PATH in make.conf; as it was when emerge began'},
			{value: 'bashrc', about: 'PATH in each phase; sees compilers that the same emerge installs'},
			{value: 'wiki-tcp', about: 'as in the wiki: port 4227, with sandboxes switched off'},
			{value: 'none', about: 'not at all yet'},
		],
		present ?? 'make.conf',
	);
}

async function switchOver(
	given: Given,
	existing: Existing,
	path: PathChoice,
	tree: Tree,
	ask: Ask,
): Promise<boolean> {
	if (given.switchWrappers !== undefined) return given.switchWrappers;
	const found = findWrappers({path}, tree);
	if (found.length === 0 || path === 'none') return existing.switched;
	const meaning = found.map(wrapper => wrapper.meaning).join('; ');
	const names = found.map(({wrapper}) => wrapper).join(' and ');
	return ask.confirm(`${meaning}. Switch ${names} off?`, existing.switched);
}

async function askSize(
	given: string | undefined,
	question: string,
	fallbackBytes: number,
	ask: Ask,
): Promise<number> {
	const gibibytes = fallbackBytes / 1024 ** 3;
	const fallback = Number.isInteger(gibibytes) ? `${gibibytes}G` : String(fallbackBytes);
	const wrong = (text: string) => {
		try {
			parseSize(text);
			return undefined;
		} catch {
			return 'bytes, or a number with K, M, G or T: 20G';
		}
	};
	return parseSize(given ?? (await ask.text({question, flag: '--cache-size', fallback, wrong})));
}

async function askAddress(
	given: string | undefined,
	flag: string,
	question: string,
	fallback: string | undefined,
	ask: Ask,
): Promise<string> {
	const wrong = (text: string) =>
		canonicalAddress(text) === undefined
			? 'an address with a port, like 192.0.2.1:10600'
			: undefined;
	const answer = given ?? (await ask.text({question, flag, fallback, wrong}));
	const address = canonicalAddress(answer);
	if (address !== undefined) return address;
	throw new AppError('SETUP_INVALID', `${flag}: ${JSON.stringify(answer)} is not host:port`);
}

const offered = ({addresses: [first]}: Host, port: number): string | undefined =>
	first === undefined ? undefined : `${first}:${port}`;

const wrongUrl = (text: string): string | undefined =>
	/^https?:\/\/[^\s/]+\/?$/.test(text) ? undefined : 'a URL, like http://192.0.2.1:10600';
