import {AppError} from '../../lib/errors.js';
import type {Secret} from '../../lib/secret.js';
import type {Role, SchedulerAnswers} from '../plan/answers.js';
import type {Tree} from '../plan/tree.js';
import type {Ask} from './ask.js';
import type {Existing} from './existing.js';
import type {Given, Host} from './given.js';
import {type JoinCode, parseJoinCode} from './join-code.js';

/** All that answers are made from. */
export interface Facts {
	readonly given: Given;
	readonly existing: Existing;
	readonly host: Host;
	readonly ask: Ask;
	readonly tree: Tree;
}

/** What is known of the scheduler, here or elsewhere. */
export interface Farm {
	readonly schedulerUrl: string | undefined;
	readonly clientToken: Secret | undefined;
	/** For a server: from a join code. */
	readonly server: JoinCode['server'];
	/** The scheduler is on this host, and its servers' tokens can be made here. */
	readonly secretKey: Secret | undefined;
}

interface Chosen {
	readonly chosen: readonly Role[];
	readonly scheduler: SchedulerAnswers | undefined;
	readonly serverAddress: string | undefined;
}

/** From flags, from a join code, or from the scheduler on this host. */
export async function findScheduler(facts: Facts, chosen: Chosen): Promise<Farm> {
	const {given, existing} = facts;
	const address = chosen.scheduler?.publicAddress ?? existing.scheduler?.publicAddress;
	const isHere = address !== undefined && given.schedulerUrl === undefined;
	const code = await findJoinCode(facts, chosen, isHere);
	const local = isHere && code === undefined;
	return {
		schedulerUrl:
			given.schedulerUrl ?? code?.schedulerUrl ?? (local ? `http://${address}` : undefined),
		clientToken:
			given.clientToken ??
			code?.clientToken ??
			(local ? (chosen.scheduler?.clientToken ?? existing.scheduler?.clientToken) : undefined),
		server: code?.server,
		secretKey: local ? (chosen.scheduler?.secretKey ?? existing.scheduler?.secretKey) : undefined,
	};
}

/** Asked for when this host has to know of a scheduler elsewhere. */
async function findJoinCode(
	{given, existing, ask}: Facts,
	{chosen, serverAddress}: Chosen,
	isHere: boolean,
): Promise<JoinCode | undefined> {
	if (given.joinCode !== undefined) return parseJoinCode(given.joinCode);
	if (isHere || given.schedulerUrl !== undefined) return undefined;
	const question = {question: 'Join code', flag: '--join-code-file', wrong: wrongCode};
	if (serverAddress !== undefined) {
		const {server} = existing;
		if (server?.hasAuth === true && server.publicAddress === serverAddress) return undefined;
		const command = `sccache-gentoo join-code --server ${serverAddress}`;
		const about = `On the scheduler host, run \`${command}\` and paste what it prints. It is not shown here.`;
		return parseJoinCode(await ask.secret({...question, about, fallback: undefined}));
	}
	if (!chosen.includes('client') || existing.client?.schedulerUrl !== undefined) return undefined;
	const about =
		'To have the help of a farm, run `sccache-gentoo join-code` on its scheduler host and paste what it prints. Empty: no farm, a cache alone.';
	const answer = await ask.secret({...question, about, fallback: ''});
	return answer === '' ? undefined : parseJoinCode(answer);
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
