import type {Socket} from 'node:net';
import type {
	CacheStats,
	ControlFailure,
	ControlReply,
	ControlRequest,
	ControlVerb,
} from '../protocol/control.js';
import {decodeControl, encodeControlReply} from '../protocol/control-frames.js';
import type {Live} from './live/live.js';
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

export interface ControlOptions {
	readonly version: string;
	readonly stats: () => Promise<CacheStats>;
	readonly team: () => Team;
	readonly stop: () => void;
	readonly live: Pick<Live, 'view'>;
	/** All threads have begun: who asks earlier waits for it. */
	readonly started: Promise<void>;
}

/** What the front may ask of the daemon. `stop` lets the daemon end once the answer has been given. */
export function createControl({
	version,
	stats,
	team,
	stop,
	live,
	started,
}: ControlOptions): DaemonControl {
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
		live: async () => ({ok: true, live: await live.view()}),
	};
	return {
		async answer({verb}) {
			await started;
			return answers[verb]();
		},
	};
}
