import {parseSecretKey} from '../../auth/secret-key.js';
import {makeServerToken} from '../../auth/server-token.js';
import {AppError} from '../../lib/errors.js';
import {Secret} from '../../lib/secret.js';
import type {ServerAnswers} from '../plan/answers.js';
import type {Facts, Farm} from './farm.js';
import {parseJoinCode} from './join-code.js';
import {aboutAddresses, askAddress, askSize, offeredAddress, shortSize} from './questions.js';

const port = 10501;
const gibibyte = 1024 ** 3;
/** What a server takes without being told. */
const usualMemoryPerJobBytes = gibibyte / 2;

/** `schedulerAddress`: of the one on this host. */
export async function askServerAddress(
	{given, existing, host, ask}: Facts,
	schedulerAddress: string | undefined,
): Promise<string> {
	const code = given.joinCode === undefined ? undefined : parseJoinCode(given.joinCode);
	return askAddress(
		{
			given: given.serverAddress ?? code?.server?.publicAddress,
			flag: '--server-address',
			question: 'Address of this build server',
			about: `Where the other hosts reach it.${aboutAddresses(host)}`,
		},
		{
			fallback:
				existing.server?.publicAddress ??
				schedulerAddress?.replace(/\d+$/, String(port)) ??
				offeredAddress(host, port),
			port,
		},
		ask,
	);
}

export async function gatherServer(
	facts: Facts,
	farm: Farm,
	publicAddress: string,
): Promise<ServerAnswers> {
	const {existing} = facts;
	const schedulerUrl = farm.schedulerUrl ?? existing.server?.schedulerUrl;
	if (schedulerUrl === undefined) {
		throw new AppError('SETUP_INVALID', 'the build server knows no scheduler', {
			hint: 'give --join-code-file, or --scheduler-url and --server-token-file',
		});
	}
	return {
		publicAddress,
		schedulerUrl,
		token: await serverToken(facts, farm, publicAddress),
		toolchainCacheSizeBytes: existing.server?.toolchainCacheSizeBytes ?? 10 * gibibyte,
		maxJobs: await maxJobs(facts),
		memoryPerJobBytes: await memoryPerJob(facts),
	};
}

/** Undefined: the one in the file is good for this address. */
async function serverToken(
	{given, existing}: Facts,
	{server, secretKey}: Farm,
	publicAddress: string,
): Promise<Secret | undefined> {
	if (given.serverToken !== undefined) return given.serverToken;
	const hint = `on the scheduler host: sccache-gentoo join-code --server ${publicAddress}`;
	if (server !== undefined) {
		if (server.publicAddress === publicAddress) return server.token;
		const message = `the join code is for a server at ${server.publicAddress}, not at ${publicAddress}`;
		throw new AppError('SETUP_INVALID', message, {hint});
	}
	const {hasAuth, publicAddress: before} = existing.server ?? {};
	if (hasAuth === true && before === publicAddress) return undefined;
	if (secretKey === undefined) {
		throw new AppError('SETUP_INVALID', `there is no token for a server at ${publicAddress}`, {
			hint,
		});
	}
	return new Secret(await makeServerToken(publicAddress, parseSecretKey(secretKey)));
}

async function maxJobs({given, existing, host, ask}: Facts): Promise<number | undefined> {
	if (given.maxJobs !== undefined) return given.maxJobs;
	const before = existing.server?.maxJobs;
	const answer = await ask.text({
		question: 'Jobs at once',
		about: `How many compiles it runs for others at the same time. This host has ${host.cores} cores.`,
		flag: '--max-jobs',
		fallback: String(before ?? host.cores),
		wrong: text => (/^[1-9]\d{0,3}$/.test(text) ? undefined : 'a number from 1 to 9999'),
	});
	// As many as cores is the server's own choice, also when there will be more of them.
	return before === undefined && Number(answer) === host.cores ? undefined : Number(answer);
}

async function memoryPerJob({given, existing, host, ask}: Facts): Promise<number | undefined> {
	const before = existing.server?.memoryPerJobBytes;
	const bytes = await askSize(
		{
			given: given.memoryPerJob,
			flag: '--memory-per-job',
			question: 'Memory for a job',
			about: `It takes no further job while less than this is free. This host has ${shortSize(Math.round(host.memoryBytes / gibibyte) * gibibyte)}.`,
		},
		before ?? usualMemoryPerJobBytes,
		ask,
	);
	return before === undefined && bytes === usualMemoryPerJobBytes ? undefined : bytes;
}
