import type {Socket} from 'node:net';
import {type ClientConfig, cacheLocation} from '../config/client-config.js';
import type {
	CacheStats,
	ControlFailure,
	ControlReply,
	ControlRequest,
	ControlVerb,
} from '../protocol/control.js';
import {decodeControl, encodeControlReply} from '../protocol/control-frames.js';
import type {Team} from './team.js';

export interface DaemonControl {
	answer(request: ControlRequest): Promise<ControlReply<ControlVerb>>;
}

/** Answers the front and closes. */
export async function answerControl(
	socket: Socket,
	payload: Buffer,
	control: DaemonControl,
): Promise<void> {
	let reply: ControlReply<ControlVerb> | ControlFailure;
	try {
		reply = await control.answer(decodeControl(payload));
	} catch (error) {
		reply = {ok: false, error: error instanceof Error ? error.message : String(error)};
	}
	socket.end(encodeControlReply(reply));
}

/** What the front may ask of the daemon. `stop` lets the daemon end once the answer has been given. */
export function createControl(
	config: ClientConfig,
	version: string,
	team: () => Team,
	stop: () => void,
): DaemonControl {
	const stats = async (): Promise<CacheStats> => {
		await team().flush();
		const {statistics, store} = team().parts;
		const usage = store.usage();
		return {
			counters: statistics.counters(),
			cacheLocation: cacheLocation(config),
			cacheSizeBytes: usage.sizeBytes,
			maxCacheSizeBytes: usage.limitBytes,
			entries: usage.entries,
			directMode: config.directMode,
			version,
		};
	};
	const answers: {[Verb in ControlVerb]: () => Promise<ControlReply<Verb>>} = {
		ping: async () => ({ok: true, pid: process.pid, version}),
		stats: async () => ({ok: true, stats: await stats()}),
		zero: async () => {
			await team().flush();
			team().parts.statistics.zero();
			return {ok: true};
		},
		stop: async () => {
			await team().quiesce();
			const reply = {ok: true as const, stats: await stats(), pid: process.pid};
			setImmediate(stop);
			return reply;
		},
		debug: async () => ({ok: true, lines: [...team().parts.store.describeManifests()]}),
	};
	return {answer: ({verb}) => answers[verb]()};
}
