import {type Answers, type Role, roles} from '../plan/answers.js';
import type {Tree} from '../plan/tree.js';
import type {Ask} from './ask.js';
import {detectInit} from './detect.js';
import {readExisting} from './existing.js';
import {findScheduler} from './farm.js';
import {gatherClient} from './gather-client.js';
import {gatherScheduler} from './gather-scheduler.js';
import {askServerAddress, gatherServer} from './gather-server.js';
import type {Given, Host} from './given.js';

/** Answers from flags, from what the tree has already, and for the rest from who is asked. Throws SETUP_INVALID, CONFIG_INVALID. */
export async function gatherAnswers(
	given: Given,
	tree: Tree,
	host: Host,
	ask: Ask,
): Promise<Answers> {
	const existing = readExisting(tree);
	const chosen = given.roles ?? (await askRoles(existing.roles, ask));
	const facts = {given, existing, host, ask, tree};
	const scheduler = chosen.includes('scheduler') ? await gatherScheduler(facts) : undefined;
	const address = chosen.includes('server')
		? await askServerAddress(facts, scheduler?.publicAddress)
		: undefined;
	const farm = await findScheduler(facts, {chosen, scheduler, serverAddress: address});
	return {
		eprefix: given.eprefix,
		init: given.init ?? detectInit(tree),
		scheduler,
		server: address === undefined ? undefined : await gatherServer(facts, farm, address),
		client: chosen.includes('client') ? await gatherClient(facts, farm) : undefined,
	};
}

function askRoles(present: readonly Role[], ask: Ask): Promise<readonly Role[]> {
	const abouts: Readonly<Record<Role, string>> = {
		scheduler: 'tells clients which server is free; one host of the farm',
		server: 'compiles for other hosts',
		client: 'builds packages, with a cache and with the help of the servers',
	};
	return ask.chooseSome(
		{
			question: 'What is this host to be?',
			about:
				'A host can be any of these, or all. One without a farm is a client: its cache works alone.',
			choices: roles.map(value => ({value, about: abouts[value]})),
		},
		present.length > 0 ? present : ['client'],
		true,
	);
}
