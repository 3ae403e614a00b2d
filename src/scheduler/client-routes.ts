import type {ClientCheck} from '../auth/client-check.js';
import {jsonAnswer, readJson, readValue, valueAnswer} from '../http/content.js';
import {levelOf} from '../http/extension-level.js';
import type {Answer, Request, Route} from '../http/route.js';
import {AppError} from '../lib/errors.js';
import {clientReport} from '../protocol/dist/client-report.js';
import {
	extensionHeaders,
	type JobRequirements,
	jobRequirements,
	type ServerList,
} from '../protocol/dist/extensions.js';
import {allocJobResponse, toolchain} from '../protocol/dist/messages.js';
import {schedulerRoutes} from '../protocol/dist/routes.js';
import {type AllocateParts, allocate} from './allocate.js';
import {originOf, refuseClient} from './authorize.js';
import type {ReportedClients} from './reported-clients.js';

const bodyLimitBytes = 4096;
/** Both lists of a report at their longest, with names of common length. */
const reportLimitBytes = 4 * 1024 * 1024;
/** A v1 client can't say how long it is ready to wait; its next request would not be better off. */
const v1WaitMs = 2000;

/** What clients ask. */
export function clientRoutes(
	parts: AllocateParts,
	check: ClientCheck,
	clients: ReportedClients,
): readonly Route[] {
	const guarded =
		(handle: (request: Request) => Answer | Promise<Answer>) => async (request: Request) => {
			const refusal = await refuseClient(check, request);
			if (refusal === undefined) return handle(request);
			parts.tally.refused('client');
			return refusal;
		};
	return [
		{
			method: 'POST',
			path: schedulerRoutes.allocJob,
			handle: guarded(request => allocJob(parts, request)),
		},
		{
			method: 'DELETE',
			path: `${schedulerRoutes.job}/*`,
			handle: guarded(({parameter}) => {
				parts.state.withdrawId(Number(parameter));
				return {status: 200};
			}),
		},
		{
			method: 'GET',
			path: schedulerRoutes.servers,
			handle: guarded(() => {
				const list: ServerList = {servers: parts.state.list(), queued: parts.waiting.size};
				return jsonAnswer(list);
			}),
		},
		{
			method: 'POST',
			path: schedulerRoutes.clientReport,
			handle: guarded(async request => {
				const report = await readJson(
					request,
					value => clientReport.parse(value),
					reportLimitBytes,
				);
				return jsonAnswer(clients.report(originOf(request), report));
			}),
		},
	];
}

async function allocJob(parts: AllocateParts, request: Request): Promise<Answer> {
	const {archiveId} = await readValue(request, toolchain, bodyLimitBytes);
	if (!/^[0-9a-f]{1,128}$/.test(archiveId)) {
		throw new AppError('REQUEST_MALFORMED', 'that is no id of a toolchain');
	}
	const requirements = readRequirements(request);
	const startedMs = performance.now();
	const client = originOf(request);
	const {host = client, package: package_ = '', unit = ''} = requirements?.about ?? {};
	const {response, server, mayChange} = await allocate(parts, {
		client,
		subject: {client: host, package: package_, unit},
		extensions: requirements === undefined ? 0 : levelOf(request),
		facts: {
			toolchain: archiveId,
			arch: requirements?.arch,
			memoryBytes: requirements?.memoryBytes,
			predictedMs: requirements?.predictedMs,
			inputsBytes: requirements?.inputsBytes,
			avoid: stillThere(parts, requirements?.avoid ?? {}),
			links: new Map(Object.entries(requirements?.links ?? {})),
			resultHint: requirements?.resultHint,
		},
		waitMs: requirements?.waitMs ?? v1WaitMs,
		signal: request.signal,
	});
	const result = request.signal.aborted ? 'gone' : server === undefined ? 'none' : 'server';
	parts.tally.allocated(result, performance.now() - startedMs);
	const headers = {
		...(server === undefined ? {} : {[extensionHeaders.server]: JSON.stringify(server)}),
		...(mayChange ? {[extensionHeaders.askAgain]: '1'} : {}),
	};
	return valueAnswer(request, allocJobResponse, response, headers);
}

/** A server that was started again is not the one that failed. */
function stillThere({state}: AllocateParts, avoid: JobRequirements['avoid']): ReadonlySet<string> {
	const same = Object.entries(avoid).filter(
		([id, pin]) => state.server(id)?.certDigest.toString('hex') === pin,
	);
	return new Set(same.map(([id]) => id));
}

/** Undefined for a client of v1. */
function readRequirements({headers}: Request): JobRequirements | undefined {
	const text = headers[extensionHeaders.job];
	if (typeof text !== 'string') return undefined;
	try {
		return jobRequirements.parse(JSON.parse(text));
	} catch {
		throw new AppError('REQUEST_MALFORMED', `${extensionHeaders.job} is not what belongs there`);
	}
}
