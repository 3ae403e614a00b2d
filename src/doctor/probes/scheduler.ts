import {lookup} from 'node:dns/promises';
import {isIP} from 'node:net';
import type {DistConfig} from '../../config/dist-config.js';
import {askInTurn} from '../../http/ask-in-turn.js';
import {Connections} from '../../http/client.js';
import {decodeBody} from '../../http/content.js';
import {AppError} from '../../lib/errors.js';
import {formatAddress, parseAddress} from '../../protocol/dist/address.js';
import {extensionHeaders, type ServerList, serverList} from '../../protocol/dist/extensions.js';
import {schedulerStatus} from '../../protocol/dist/messages.js';
import {certificatePath, schedulerRoutes} from '../../protocol/dist/routes.js';
import type {Init} from '../service.js';
import type {SchedulerFacts} from '../verdicts/scheduler.js';
import type {RegistrationFacts} from '../verdicts/server-host.js';

const timeoutMs = 10_000;
const listLimitBytes = 64 * 1024 * 1024;

export interface Asking {
	readonly method: 'GET';
	readonly url: string;
	readonly token?: string;
}

/** One request over a connection of its own. */
async function ask(asking: Asking) {
	const connections = new Connections();
	try {
		return await connections.send({
			...asking,
			timeoutMs,
			keepAlive: false,
			answerLimitBytes: listLimitBytes,
		});
	} finally {
		connections.close();
	}
}

export async function probeScheduler(url: string, nowMs: () => number): Promise<SchedulerFacts> {
	const sentMs = nowMs();
	try {
		const {status, headers, body} = await ask({
			method: 'GET',
			url: new URL(schedulerRoutes.status, url).href,
		});
		const receivedMs = nowMs();
		if (status !== 200) return {url, answer: {kind: 'status', status}};
		const {numServers} = decodeBody(schedulerStatus, body);
		const dateMs = Date.parse(headers.date ?? '');
		return {
			url,
			answer: {
				kind: 'answers',
				isOurs: headers[extensionHeaders.level] !== undefined,
				servers: Number(numServers),
				dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
				sentMs,
				receivedMs,
			},
		};
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		return {url, answer: {kind: 'error', message: error.message}};
	}
}

export interface ListProbe {
	/** Undefined: nothing came. */
	readonly status: number | undefined;
	readonly list: ServerList | undefined;
}

/** The list of servers, which takes the client's token. */
export async function probeList({
	schedulerUrls,
	token,
}: Pick<DistConfig, 'schedulerUrls' | 'token'>): Promise<ListProbe> {
	try {
		const {status, body} = await askInTurn(schedulerUrls, url =>
			ask({
				method: 'GET',
				url: new URL(schedulerRoutes.servers, url).href,
				...(token === undefined ? {} : {token: token.reveal()}),
			}),
		);
		return {status, list: status === 200 ? parseList(body) : undefined};
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		return {status: undefined, list: undefined};
	}
}

function parseList(body: Buffer): ServerList | undefined {
	try {
		return serverList.parse(JSON.parse(body.toString('utf8')));
	} catch {
		return undefined;
	}
}

/** Whether a scheduler has heard of a server: it has its certificate then. */
export async function probeRegistration(
	address: string,
	scheduler: string,
	init: Init,
): Promise<RegistrationFacts> {
	const facts = {address, scheduler, init};
	try {
		for (const literal of await literalsOf(address)) {
			const url = new URL(certificatePath(literal), scheduler).href;
			const {status} = await ask({method: 'GET', url});
			if (status === 200) return {...facts, answer: {kind: 'known'}};
		}
		return {...facts, answer: {kind: 'unknown'}};
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		return {...facts, answer: {kind: 'error', message: error.message}};
	}
}

/** By its IP addresses: a scheduler knows servers by them. */
async function literalsOf(address: string): Promise<readonly string[]> {
	const endpoint = parseAddress(address);
	if (endpoint === undefined || isIP(endpoint.host) !== 0) return [address];
	try {
		const found = await lookup(endpoint.host, {all: true});
		return found.map(({address: host}) => formatAddress({...endpoint, host}));
	} catch {
		return [];
	}
}
