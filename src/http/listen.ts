import {
	createServer as createHttpServer,
	type IncomingMessage,
	type Server,
	type ServerOptions,
	type ServerResponse,
} from 'node:http';
import {createServer as createHttpsServer, type Server as HttpsServer} from 'node:https';
import type {AddressInfo, Socket} from 'node:net';
import {AppError, systemCode} from '../lib/errors.js';
import type {Endpoint} from '../protocol/dist/address.js';
import type {Route} from './route.js';
import {router} from './router.js';
import {type RequestLine, serve} from './serve.js';

export interface Identity {
	readonly certPem: string;
	readonly keyPem: string;
}

export interface Limits {
	readonly maxConnections: number;
	/** From the first byte, or the connection, to the end of the headers. */
	readonly headersMs: number;
	/** Silence in the middle of a body or an answer. */
	readonly idleMs: number;
	/** Silence between two requests; clients are told, and give up a second earlier at least. */
	readonly keepAliveMs: number;
}

export interface ListenOptions {
	readonly host: string;
	/** 0: any. */
	readonly port: number;
	readonly routes: readonly Route[];
	/** HTTPS with this certificate; HTTP without. */
	readonly identity?: Identity;
	/** What a handler threw and the client saw as 500; without a request: why a connection could not be taken. */
	readonly onError: (error: unknown, request?: RequestLine) => void;
	readonly limits?: Partial<Limits>;
}

export interface HttpServer {
	readonly endpoint: Endpoint;
	/** New connections see this certificate. */
	renew(identity: Identity): void;
	/** Takes no more connections, lets requests that run end, and cuts off after `deadlineMs` what is left. */
	close(deadlineMs: number): Promise<void>;
}

const defaultLimits: Limits = {
	maxConnections: 4096,
	headersMs: 20_000,
	idleMs: 60_000,
	keepAliveMs: 90_000,
};
const maxHeaderBytes = 16 * 1024;

/** Serves the routes. Throws AppError ADDRESS_IN_USE or ADDRESS_UNUSABLE. */
export async function listen(options: ListenOptions): Promise<HttpServer> {
	const limits = {...defaultLimits, ...options.limits};
	const server = create(limits, options.identity);
	let isClosing = false;
	const serveOptions = {
		find: router(options.routes),
		idleMs: limits.idleMs,
		onError: options.onError,
		isClosing: () => isClosing,
	};
	server.on('request', (message: IncomingMessage, response: ServerResponse) => {
		void serve(serveOptions, message, response, false);
	});
	server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) => {
		void serve(serveOptions, message, response, true);
	});
	const sockets = openSockets(server);
	await bind(server, options);
	server.on('error', error => options.onError(error));
	const {address, port} = server.address() as AddressInfo;
	return {
		endpoint: {host: address, port},
		renew: ({certPem, keyPem}) =>
			(server as HttpsServer).setSecureContext({cert: certPem, key: keyPem, minVersion}),
		close: deadlineMs => {
			isClosing = true;
			return close(server, sockets, deadlineMs);
		},
	};
}

/** What upstream's clients, old and new, can speak. */
const minVersion = 'TLSv1.2';

function create(limits: Limits, identity: Identity | undefined): Server {
	const options: ServerOptions = {
		maxHeaderSize: maxHeaderBytes,
		headersTimeout: limits.headersMs,
		// A toolchain may take long on a slow line; silence ends it, not its length.
		requestTimeout: 0,
		keepAliveTimeout: limits.keepAliveMs,
		connectionsCheckingInterval: Math.min(5000, limits.headersMs),
		noDelay: true,
	};
	const server =
		identity === undefined
			? createHttpServer(options)
			: createHttpsServer({
					...options,
					cert: identity.certPem,
					key: identity.keyPem,
					minVersion,
					handshakeTimeout: limits.headersMs,
				});
	server.maxConnections = limits.maxConnections;
	return server;
}

/** Of HTTPS too those whose handshake is not done, which Node's server does not count. */
function openSockets(server: Server): ReadonlySet<Socket> {
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	return sockets;
}

function bind(server: Server, {host, port}: ListenOptions): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', error => {
			const where = `${host} port ${port}`;
			reject(
				systemCode(error) === 'EADDRINUSE'
					? new AppError('ADDRESS_IN_USE', `another program listens on ${where}`, {
							hint: 'end that program, or choose another port',
						})
					: new AppError('ADDRESS_UNUSABLE', `can't listen on ${where}: ${systemCode(error)}`, {
							hint: 'the address must be one of this host',
							cause: error,
						}),
			);
		});
		server.listen({host, port, backlog: 1024}, resolve);
	});
}

function close(server: Server, sockets: ReadonlySet<Socket>, deadlineMs: number): Promise<void> {
	return new Promise(resolve => {
		const cutOff = setTimeout(() => {
			for (const socket of sockets) socket.destroy();
		}, deadlineMs);
		server.close(() => {
			clearTimeout(cutOff);
			resolve();
		});
		server.closeIdleConnections();
	});
}
