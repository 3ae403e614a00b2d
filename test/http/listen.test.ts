import {once} from 'node:events';
import {Agent, get} from 'node:http';
import {networkInterfaces} from 'node:os';
import test from 'ava';
import {makeCertificate} from '../../src/http/certificate.js';
import {listen} from '../../src/http/listen.js';
import type {Route} from '../../src/http/route.js';
import {promised, rawConnection, received, serveRoutes} from './served.js';

const hello: Route = {method: 'GET', path: '/hello', handle: () => ({status: 200})};
const ask = 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\n';

/** A route that answers when it is told to. */
function held() {
	const begun = promised<void>();
	const release = promised<void>();
	const route: Route = {
		method: 'GET',
		path: '/held',
		handle: async () => {
			begun.resolve();
			await release.promise;
			return {status: 200, body: Buffer.from('done')};
		},
	};
	return {route, begun: begun.promise, release: () => release.resolve()};
}

test('a client reuses its connection, and is told how long it may', async t => {
	const {url} = await serveRoutes(t, [hello], {limits: {keepAliveMs: 90_000}});
	const agent = new Agent({keepAlive: true});
	t.teardown(() => agent.destroy());
	const ports = new Set<number | undefined>();
	for (let round = 0; round < 3; round++) {
		const request = get(`${url}/hello`, {agent});
		const [response] = await once(request, 'response');
		ports.add(request.socket?.localPort);
		t.is(response.headers['keep-alive'], 'timeout=90');
		await once(response.resume(), 'end');
		await new Promise(setImmediate);
	}
	t.is(ports.size, 1);
});

test('a connection that waits too long for its next request is closed', async t => {
	const {port} = await serveRoutes(t, [hello], {limits: {keepAliveMs: 100}});
	const socket = await rawConnection(t, port);
	socket.write(ask);
	t.regex(await received(socket), /^HTTP\/1\.1 200 /);
});

test('connections over the limit are not taken', async t => {
	const {port} = await serveRoutes(t, [hello], {limits: {maxConnections: 1}});
	const first = await rawConnection(t, port);
	first.write(ask);
	await received(first, '\r\n\r\n');
	const second = await rawConnection(t, port);
	second.write(ask);
	t.is(await received(second), '');
	first.write(ask);
	t.regex(await received(first, '\r\n\r\n'), /^HTTP\/1\.1 200 /);
});

test('a port that is taken, and an address of another host, are told apart', async t => {
	const {port} = await serveRoutes(t, [hello]);
	const onError = () => {};
	await t.throwsAsync(listen({host: '127.0.0.1', port, routes: [], onError}), {
		code: 'ADDRESS_IN_USE',
	});
	await t.throwsAsync(listen({host: '192.0.2.1', port: 0, routes: [], onError}), {
		code: 'ADDRESS_UNUSABLE',
	});
});

test('closing lets a request end, closes idle connections at once and takes no new ones', async t => {
	const {route, begun, release} = held();
	const {port, server} = await serveRoutes(t, [route, hello]);
	const idle = await rawConnection(t, port);
	idle.write(ask);
	await received(idle, '\r\n\r\n');
	const busy = await rawConnection(t, port);
	busy.write('GET /held HTTP/1.1\r\nHost: a\r\n\r\n');
	await begun;
	let closed = false;
	const closing = server.close(60_000).then(() => {
		closed = true;
	});
	await received(idle);
	await t.throwsAsync(rawConnection(t, port), {code: 'ECONNREFUSED'});
	t.false(closed);
	release();
	const answer = await received(busy);
	t.regex(answer, /^HTTP\/1\.1 200 /);
	t.regex(answer, /\r\nconnection: close\r\n/i);
	t.regex(answer, /done$/);
	await closing;
});

test('at the deadline what still runs is cut off', async t => {
	const {route, begun} = held();
	const {port, server} = await serveRoutes(t, [route]);
	const busy = await rawConnection(t, port);
	busy.write('GET /held HTTP/1.1\r\nHost: a\r\n\r\n');
	await begun;
	await server.close(100);
	t.is(await received(busy), '');
});

test('a TLS handshake that never comes does not hold up the end', async t => {
	const identity = await makeCertificate({
		address: {host: '127.0.0.1', port: 1},
		nowMs: Date.now(),
	});
	const {port, server} = await serveRoutes(t, [hello], {identity});
	const silent = await rawConnection(t, port);
	await server.close(100);
	t.is(await received(silent), '');
});

const hasIPv6 = Object.values(networkInterfaces()).some(addresses =>
	addresses?.some(({family}) => family === 'IPv6'),
);
const withIPv6 = hasIPv6 ? test : test.skip;
const noIPv6 = hasIPv6 ? '' : ' (no IPv6 here)';

withIPv6(`a client of IPv4 has an address of IPv4 on a socket of both${noIPv6}`, async t => {
	const {promise, resolve} = promised<string>();
	const {server, connections} = await serveRoutes(
		t,
		[
			{
				method: 'GET',
				path: '/who',
				handle: ({peerAddress}) => {
					resolve(peerAddress);
					return {status: 200};
				},
			},
		],
		{host: '::'},
	);
	await connections.send({
		method: 'GET',
		url: `http://127.0.0.1:${server.endpoint.port}/who`,
		timeoutMs: 5000,
	});
	t.is(await promise, '127.0.0.1');
});
