import {AppError} from '../lib/errors.js';
import {
	type ControlFailure,
	type ControlReply,
	type ControlRequest,
	type ControlVerb,
	controlFailure,
	controlReplies,
	controlRequest,
} from './control.js';
import {encodeReply, fromShim, headerBytes} from './frames.js';

/** Front --> daemon, as the first frame of a connection. */
export function encodeControl(request: ControlRequest): Buffer {
	const json = Buffer.from(JSON.stringify(request));
	const frame = Buffer.alloc(headerBytes + json.length);
	frame.writeUInt32LE(json.length, 0);
	frame[4] = fromShim.control;
	json.copy(frame, headerBytes);
	return frame;
}

/** Throws PROTOCOL_VIOLATION. */
export function decodeControl(payload: Buffer): ControlRequest {
	const result = controlRequest.safeParse(parseJson(payload));
	if (!result.success) throw new AppError('PROTOCOL_VIOLATION', 'not a control request');
	return result.data;
}

/** Daemon --> front. */
export function encodeControlReply(reply: ControlReply<ControlVerb> | ControlFailure): Buffer {
	return encodeReply(JSON.stringify(reply));
}

/** What came back for a verb. Throws DAEMON_FAILED with the daemon's own words, or PROTOCOL_VIOLATION. */
export function decodeControlReply<Verb extends ControlVerb>(
	verb: Verb,
	payload: Buffer,
): ControlReply<Verb> {
	const value = parseJson(payload);
	const failure = controlFailure.safeParse(value);
	if (failure.success) throw new AppError('DAEMON_FAILED', failure.data.error);
	const result = controlReplies[verb].safeParse(value);
	if (!result.success) {
		throw new AppError('PROTOCOL_VIOLATION', `the daemon's answer to ${verb} has another form`);
	}
	return result.data as ControlReply<Verb>;
}

function parseJson(payload: Buffer): unknown {
	try {
		return JSON.parse(payload.toString('utf8')) as unknown;
	} catch {
		throw new AppError('PROTOCOL_VIOLATION', 'a control frame that is not JSON');
	}
}
