import {connect, type Socket} from 'node:net';
import type {ClientConfig} from '../../config/client-config.js';
import {AppError} from '../../lib/errors.js';
import type {ControlReply, ControlRequest} from '../../protocol/control.js';
import {decodeControlReply, encodeControl} from '../../protocol/control-frames.js';
import {FrameReader} from '../../protocol/frames.js';

/** Asks the daemon; undefined when none listens. Throws DAEMON_FAILED for one that gives no answer. */
export async function askDaemon<Verb extends ControlRequest['verb']>(
	config: Pick<ClientConfig, 'socketPath' | 'port'>,
	verb: Verb,
	timeoutMs = 10_000,
): Promise<ControlReply<Verb> | undefined> {
	const socket = await open(config);
	if (!socket) return undefined;
	try {
		const payload = await withDeadline(exchange(socket, encodeControl({verb})), timeoutMs);
		return decodeControlReply(verb, payload);
	} catch (error) {
		if (error instanceof AppError) throw error;
		throw new AppError('DAEMON_FAILED', `the daemon gave no answer: ${(error as Error).message}`, {
			hint: 'its log says more; restart it if it does not come to itself',
		});
	} finally {
		socket.destroy();
	}
}

/** A connection, or undefined where nobody listens. */
function open({socketPath, port}: Pick<ClientConfig, 'socketPath' | 'port'>) {
	const target =
		socketPath === undefined ? {host: '127.0.0.1', port: port ?? 0} : {path: socketPath};
	return new Promise<Socket | undefined>((resolve, reject) => {
		const socket = connect(target);
		socket.once('connect', () => resolve(socket));
		socket.once('error', (error: NodeJS.ErrnoException) => {
			if (['ENOENT', 'ECONNREFUSED', 'ENOTDIR'].includes(error.code ?? '')) resolve(undefined);
			else reject(cannotConnect(error.code ?? ''));
		});
	});
}

function cannotConnect(code: string): AppError {
	const isForbidden = code === 'EACCES' || code === 'EPERM';
	return new AppError('DAEMON_FAILED', `cannot connect to the daemon: ${code}`, {
		...(isForbidden && {hint: "ask as root, or as the user of sccache's daemon"}),
	});
}

/** The payload of the first frame that comes back. */
function exchange(socket: Socket, request: Buffer): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const reader = new FrameReader();
		socket.on('error', reject);
		socket.on('close', () => reject(new Error('the connection was closed')));
		socket.on('data', chunk => {
			try {
				reader.push(chunk, frame => resolve(Buffer.from(frame.payload)));
			} catch (error) {
				reject(error as Error);
			}
		});
		socket.write(request);
	});
}

async function withDeadline<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value> {
	let timer: NodeJS.Timeout | undefined;
	const deadline = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`nothing within ${timeoutMs} ms`)), timeoutMs);
	});
	try {
		return await Promise.race([promise, deadline]);
	} finally {
		clearTimeout(timer);
	}
}
