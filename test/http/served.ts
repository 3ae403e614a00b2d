import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import type {ExecutionContext} from 'ava';
import {Connections, type IncomingAnswer, type OutgoingRequest} from '../../src/http/client.js';
import {type HttpServer, type ListenOptions, listen} from '../../src/http/listen.js';
import type {Route} from '../../src/http/route.js';

export interface Served {
	readonly server: HttpServer;
	readonly url: string;
	readonly port: number;
	/** What became a 500. */
	readonly errors: unknown[];
	readonly connections: Connections;
	send(request: Partial<OutgoingRequest> & {readonly path: string}): Promise<IncomingAnswer>;
}

/** A server on a free port with a client to it, both of which end with the test. */
export async function serveRoutes(
	t: ExecutionContext,
	routes: readonly Route[],
	options: Partial<ListenOptions> = {},
): Promise<Served> {
	const errors: unknown[] = [];
	const server = await listen({
		host: '127.0.0.1',
		port: 0,
		routes,
		onError: error => errors.push(error),
		...options,
	});
	const connections = new Connections();
	t.teardown(async () => {
		connections.close();
		await server.close(0);
	});
	const {port} = server.endpoint;
	const url = `${options.identity === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
	return {
		server,
		url,
		port,
		errors,
		connections,
		send: ({path, ...request}) =>
			connections.send({method: 'GET', url: `${url}${path}`, timeoutMs: 20_000, ...request}),
	};
}

/** A bare connection: what is written is what is sent. */
export async function rawConnection(t: ExecutionContext, port: number): Promise<Socket> {
	const socket = connect(port, '127.0.0.1');
	t.teardown(() => socket.destroy());
	socket.on('error', () => {});
	await once(socket, 'connect');
	return socket;
}

/** All that comes until the text holds `end`, or until the connection ends. */
export function received(socket: Socket, end?: string): Promise<string> {
	return new Promise(resolve => {
		let text = '';
		socket.on('data', chunk => {
			text += chunk.toString('latin1');
			if (end !== undefined && text.includes(end)) resolve(text);
		});
		if (socket.closed) resolve(text);
		socket.once('close', () => resolve(text));
	});
}

/** A promise and what settles it. */
export function promised<Value>(): {
	readonly promise: Promise<Value>;
	readonly resolve: (value: Value) => void;
} {
	let resolve: (value: Value) => void = () => {};
	const promise = new Promise<Value>(done => {
		resolve = done;
	});
	return {promise, resolve};
}
