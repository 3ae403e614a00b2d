import type {DistConfig} from '../../config/dist-config.js';
import {Connections, type IncomingAnswer} from '../../http/client.js';
import {decodeBody} from '../../http/content.js';
import {AppError} from '../../lib/errors.js';
import type {Secret} from '../../lib/secret.js';
import {extensionHeaders, type ServerList, serverList} from '../../protocol/dist/extensions.js';
import {schedulerStatus} from '../../protocol/dist/messages.js';
import {schedulerRoutes} from '../../protocol/dist/routes.js';

/** Upstream's JSON of `--dist-status` for a client that has a scheduler. */
export type DistStatus =
	| {readonly NotConnected: readonly [url: string, reason: string]}
	/** Upstream's three figures; `servers` where the scheduler is ours and takes the token. */
	| {readonly SchedulerStatus: readonly [url: string, status: object]};

const timeoutMs = 10_000;
/** One row a server, and each names its toolchains. */
const listLimitBytes = 64 * 1024 * 1024;

type Farm = Pick<DistConfig, 'schedulerUrls' | 'token'>;
type Asked = {readonly url: string; readonly token?: Secret | undefined};

/** Asks the first scheduler that answers how the farm is. That none says so is an answer as well. */
export async function askDistStatus({schedulerUrls, token}: Farm): Promise<DistStatus> {
	let silent: DistStatus | undefined;
	for (const url of schedulerUrls) {
		const status = await askOne({url, token});
		if ('SchedulerStatus' in status) return status;
		silent ??= status;
	}
	if (silent === undefined) throw new Error('there is no scheduler to ask');
	return silent;
}

async function askOne(farm: Asked): Promise<DistStatus> {
	const {url} = farm;
	if (farm.token === undefined) return {NotConnected: [url, 'enabled, auth not configured']};
	const connections = new Connections();
	try {
		const answer = await get(connections, farm, schedulerRoutes.status);
		const status = schedulerStatus.toJson(statusIn(answer)) as object;
		const servers = isOurs(answer) ? await askServers(connections, farm) : undefined;
		return {SchedulerStatus: [url, {...status, ...(servers && {servers})}]};
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		return {NotConnected: [url, `could not communicate with scheduler: ${error.message}`]};
	} finally {
		connections.close();
	}
}

/** The status goes without the token: nobody needs one for it. */
function get(connections: Connections, {url}: Asked, path: string, token?: string) {
	return connections.send({
		method: 'GET',
		url: new URL(path, url).href,
		...(token === undefined ? {} : {token}),
		timeoutMs,
		keepAlive: false,
		answerLimitBytes: listLimitBytes,
	});
}

function statusIn({status, body}: IncomingAnswer) {
	if (status !== 200) throw new AppError('PEER_BROKEN', `it answers with status ${status}`);
	return decodeBody(schedulerStatus, body);
}

const isOurs = ({headers}: IncomingAnswer): boolean =>
	headers[extensionHeaders.level] !== undefined;

/** undefined where it has no such list, or not for us. */
async function askServers(connections: Connections, farm: Asked) {
	try {
		const token = farm.token?.reveal();
		const {status, body} = await get(connections, farm, schedulerRoutes.servers, token);
		return status === 200 ? rowsIn(body) : undefined;
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		return undefined;
	}
}

function rowsIn(body: Buffer): readonly object[] | undefined {
	try {
		return serverList.parse(JSON.parse(body.toString('utf8'))).servers.map(row);
	} catch {
		return undefined;
	}
}

/** In the spelling of the three figures. */
function row(server: ServerList['servers'][number]): object {
	const {address, numCpus, inProgress, extensions, speed, status, quarantine, lastSeenMs} = server;
	return {
		address,
		num_cpus: numCpus,
		in_progress: inProgress,
		extensions,
		speed,
		last_seen_ms: lastSeenMs,
		...(quarantine && {
			quarantine: {reason: quarantine.reason, until_ms: quarantine.untilMs},
		}),
		...(status && {
			status: {
				state: status.state,
				arch: status.arch,
				slots: status.slots,
				running: status.running,
				load: status.load,
				memory_total_bytes: status.memoryTotalBytes,
				memory_free_bytes: status.memoryFreeBytes,
				toolchains: status.toolchains,
				refused: status.refused,
			},
		}),
	};
}
