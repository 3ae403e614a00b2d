import {jsonAnswer, readJson, readValue, valueAnswer} from '../http/content.js';
import {levelOf} from '../http/extension-level.js';
import type {Answer, Request, Route} from '../http/route.js';
import {AppError} from '../lib/errors.js';
import type {Log} from '../lib/log.js';
import type {Address} from '../protocol/dist/address.js';
import {
	extensionHeaders,
	type JobReport,
	jobReport,
	serverStatus,
} from '../protocol/dist/extensions.js';
import {
	heartbeatRequest,
	heartbeatResponse,
	jobState,
	updateJobStateResponse,
} from '../protocol/dist/messages.js';
import {schedulerRoutes} from '../protocol/dist/routes.js';
import {identifyServer, type ServerIdentity} from './authorize.js';
import type {Tally} from './metrics.js';
import type {SchedulerState} from './state.js';

const heartbeatLimitBytes = 64 * 1024;
/** Ten thousand toolchains. */
const statusLimitBytes = 4 * 1024 * 1024;
const stateLimitBytes = 64;

/** What build servers say. */
export function serverRoutes(
	state: SchedulerState,
	identity: ServerIdentity,
	{log, tally}: {readonly log: Log; readonly tally: Pick<Tally, 'refused'>},
): readonly Route[] {
	const guarded =
		(handle: (id: Address, request: Request) => Promise<Answer>) => async (request: Request) => {
			const id = await identifyServer(identity, request);
			if (typeof id === 'string') return handle(id, request);
			tally.refused('server');
			log.warn('a server is refused', {
				from: request.peerAddress,
				reason: id.headers?.['www-authenticate'],
			});
			return id;
		};

	const heartbeat = async (id: Address, request: Request) => {
		const beat = await readValue(request, heartbeatRequest, heartbeatLimitBytes);
		if (beat.numCpus === 0 || beat.jwtKey.length === 0) {
			throw new AppError('REQUEST_MALFORMED', 'a server needs a cpu and a key');
		}
		// Copied: what was decoded is a view into the whole request.
		const isNew = state.heartbeat(id, ownBytes(beat), levelOf(request));
		if (isNew) log.info('a server is there', {server: id, cpus: beat.numCpus});
		return valueAnswer(request, heartbeatResponse, {isNew});
	};

	const status = async (id: Address, request: Request) => {
		const said = await readJson(request, value => serverStatus.parse(value), statusLimitBytes);
		if (said.state !== 'up') log.debug('a server is about to end', {server: id, state: said.state});
		return jsonAnswer(state.status(id, said));
	};

	const jobStateOf = async (id: Address, request: Request): Promise<Answer> => {
		if (!/^\d{1,16}$/.test(request.parameter)) return {status: 404};
		const jobId = Number(request.parameter);
		const {kind} = await readValue(request, jobState, stateLimitBytes);
		const report = readReport(request);
		state.jobState(id, jobId, kind, report);
		if (report.ok === false) {
			log.warn('a server failed', {server: id, job: jobId, reason: report.reason});
		}
		return valueAnswer(request, updateJobStateResponse, {kind: 'Success'});
	};

	return [
		{method: 'POST', path: schedulerRoutes.heartbeat, handle: guarded(heartbeat)},
		{method: 'POST', path: schedulerRoutes.serverStatus, handle: guarded(status)},
		{method: 'POST', path: `${schedulerRoutes.jobState}/*`, handle: guarded(jobStateOf)},
	];
}

function ownBytes<Value extends object>(value: Value): Value {
	return Object.fromEntries(
		Object.entries(value).map(([name, field]) => [
			name,
			Buffer.isBuffer(field) ? Buffer.from(field) : field,
		]),
	) as Value;
}

/** Nothing of it is needed: what can't be read says nothing. */
function readReport({headers}: Request): JobReport {
	const text = headers[extensionHeaders.report];
	try {
		return typeof text === 'string' ? jobReport.parse(JSON.parse(text)) : {};
	} catch {
		return {};
	}
}
