import {once} from 'node:events';
import {createServer, type Server, type Socket} from 'node:net';
import {Readable} from 'node:stream';
import test, {type ExecutionContext} from 'ava';
import {jsonAnswer} from '../../src/http/content.js';
import type {Route} from '../../src/http/route.js';
import {promised, serveRoutes} from './served.js';

const echo: Route = {
	method: 'POST',
	path: '/echo',
	handle: async ({body, headers}) =>
		jsonAnswer({
			text: (await body.read(1000)).toString(),
			authorization: headers.authorization ?? null,
			connection: headers.connection ?? null,
			extensions: headers['sccache-extensions'] ?? null,
			mine: headers['x-mine'] ?? null,
		}),
};

/** A server of bare TCP that does as told with each connection; it counts them. */
async function rawServer(
	t: ExecutionContext,
	act: (socket: Socket, request: string) => void,
): Promise<{readonly url: string; readonly server: Server; connections: () => number}> {
	let count = 0;
	const sockets = new Set<Socket>();
	const server = createServer(socket => {
		count++;
		sockets.add(socket);
		socket.on('error', () => {});
		socket.on('data', chunk => act(socket, chunk.toString('latin1')));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	const address = server.address();
	const port = typeof address === 'object' ? address?.port : undefined;
	return {url: `http://127.0.0.1:${port}`, server, connections: () => count};
}

test('what is sent arrives: body, token, headers, our level', async t => {
	const {send} = await serveRoutes(t, [echo]);
	const answer = await send({
		path: '/echo',
		method: 'POST',
		body: Buffer.from('hello'),
		token: 'word',
		headers: {'x-mine': 'yes'},
	});
	t.deepEqual(JSON.parse(answer.body.toString()), {
		text: 'hello',
		authorization: 'Bearer word',
		connection: 'keep-alive',
		extensions: '1',
		mine: 'yes',
	});
});

test('a method without a body sends none', async t => {
	const {send} = await serveRoutes(t, [
		{method: 'DELETE', path: '/job/*', handle: ({parameter}) => jsonAnswer(parameter)},
	]);
	t.is((await send({path: '/job/7', method: 'DELETE'})).body.toString(), '"7"');
});

test('requests one after another share a connection, unless it is not to be kept', async t => {
	const {url, connections} = await rawServer(t, socket =>
		socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
	);
	const {connections: client} = await serveRoutes(t, []);
	for (let round = 0; round < 5; round++) {
		await client.send({method: 'GET', url, timeoutMs: 5000});
	}
	t.is(connections(), 1);
	for (let round = 0; round < 3; round++) {
		await client.send({method: 'GET', url, timeoutMs: 5000, keepAlive: false});
	}
	t.is(connections(), 4);
});

test('a connection that is not to be kept says so', async t => {
	const {send} = await serveRoutes(t, [echo]);
	const {body} = await send({path: '/echo', method: 'POST', keepAlive: false});
	t.is(JSON.parse(body.toString()).connection, 'close');
});

test('redirects and failures are answers, and nothing is sent twice', async t => {
	let requests = 0;
	const {url} = await rawServer(t, (socket, request) => {
		requests++;
		const status = request.startsWith('GET /moved') ? '302 Found' : '503 Busy';
		socket.write(
			`HTTP/1.1 ${status}\r\nLocation: /\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n`,
		);
	});
	const {connections: client} = await serveRoutes(t, []);
	t.is((await client.send({method: 'GET', url: `${url}/moved`, timeoutMs: 5000})).status, 302);
	t.is((await client.send({method: 'GET', url, timeoutMs: 5000})).status, 503);
	t.is(requests, 2);
});

test('nobody there is unreachable', async t => {
	const {server, url} = await rawServer(t, () => {});
	server.close();
	await once(server, 'close');
	const {connections: client} = await serveRoutes(t, []);
	await t.throwsAsync(client.send({method: 'GET', url, timeoutMs: 5000}), {
		code: 'PEER_UNREACHABLE',
		message: `${url} can't be reached: ECONNREFUSED`,
	});
	await t.throwsAsync(
		client.send({method: 'GET', url: 'http://no-such-host.invalid/', timeoutMs: 20_000}),
		{code: 'PEER_UNREACHABLE'},
	);
	const several = url.replace('127.0.0.1', 'localhost');
	await t.throwsAsync(client.send({method: 'GET', url: several, timeoutMs: 5000}), {
		code: 'PEER_UNREACHABLE',
	});
});

test('a TLS peer that says nothing is unreachable', async t => {
	const {url} = await rawServer(t, () => {});
	const {connections: client} = await serveRoutes(t, []);
	await t.throwsAsync(
		client.send({
			method: 'GET',
			url: url.replace('http:', 'https:'),
			timeoutMs: 20_000,
			connectTimeoutMs: 200,
		}),
		{code: 'PEER_UNREACHABLE'},
	);
});

test('an answer that does not come in time is timed out, one that stops in the middle too', async t => {
	for (const begin of ['', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello']) {
		const {url} = await rawServer(t, socket => socket.write(begin));
		const {connections: client} = await serveRoutes(t, []);
		await t.throwsAsync(client.send({method: 'GET', url, timeoutMs: 300}), {
			code: 'PEER_TIMED_OUT',
		});
	}
});

for (const [title, act] of [
	['no answer', (socket: Socket) => socket.destroy()],
	['a reset', (socket: Socket) => socket.resetAndDestroy()],
	[
		'half an answer',
		(socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na'),
	],
	[
		'half an answer in chunks',
		(socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe'),
	],
	['something else', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
] as const) {
	test(`a connection that brings ${title} is broken`, async t => {
		const {url} = await rawServer(t, act);
		const {connections: client} = await serveRoutes(t, []);
		for (const body of [Buffer.from('a'), Readable.from([Buffer.from('a')])]) {
			await t.throwsAsync(client.send({method: 'POST', url, body, timeoutMs: 5000}), {
				code: 'PEER_BROKEN',
			});
		}
	});
}

test('that a connection had served before is told when it breaks', async t => {
	let requests = 0;
	const {url} = await rawServer(t, socket => {
		if (requests++ === 0) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
		else socket.destroy();
	});
	const {connections: client} = await serveRoutes(t, []);
	await client.send({method: 'GET', url, timeoutMs: 5000});
	for (const reused of [true, false]) {
		const error = await t.throwsAsync(client.send({method: 'GET', url, timeoutMs: 5000}));
		t.like(error, {code: 'PEER_BROKEN', fields: {reason: 'ECONNRESET', reused}});
	}
	t.is(requests, 3);
});

test('HTTP where HTTPS is expected is broken', async t => {
	const {url} = await rawServer(t, socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
	const {connections: client} = await serveRoutes(t, []);
	await t.throwsAsync(
		client.send({method: 'GET', url: url.replace('http:', 'https:'), timeoutMs: 5000}),
		{code: 'PEER_BROKEN'},
	);
});

test('an answer that is longer than expected is refused', async t => {
	const heads = ['Content-Length: 1000000', 'Transfer-Encoding: chunked'];
	for (const head of heads) {
		const {url} = await rawServer(t, socket =>
			socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n400\r\n${'a'.repeat(1024)}\r\n`),
		);
		const {connections: client} = await serveRoutes(t, []);
		await t.throwsAsync(client.send({method: 'GET', url, timeoutMs: 5000, answerLimitBytes: 100}), {
			code: 'PEER_BROKEN',
			message: /more than 100 bytes/,
		});
	}
});

test('a request can be cancelled before, and while it runs', async t => {
	const begun = promised<void>();
	const gone = promised<void>();
	const {send} = await serveRoutes(t, [
		{
			method: 'GET',
			path: '/wait',
			handle: async ({signal}) => {
				begun.resolve();
				await once(signal, 'abort');
				gone.resolve();
				return {status: 200};
			},
		},
	]);
	await t.throwsAsync(send({path: '/wait', signal: AbortSignal.abort()}), {
		code: 'REQUEST_CANCELLED',
	});
	const controller = new AbortController();
	const sent = send({path: '/wait', signal: controller.signal});
	await begun.promise;
	controller.abort();
	await t.throwsAsync(sent, {code: 'REQUEST_CANCELLED'});
	await gone.promise;
});

test('closing cancels what runs, and nothing is sent afterwards', async t => {
	const begun = promised<void>();
	const {send, connections} = await serveRoutes(t, [
		{
			method: 'GET',
			path: '/wait',
			handle: async ({signal}) => {
				begun.resolve();
				await once(signal, 'abort');
				return {status: 200};
			},
		},
	]);
	const sent = send({path: '/wait'});
	await begun.promise;
	connections.close();
	await t.throwsAsync(sent, {code: 'REQUEST_CANCELLED'});
	await t.throwsAsync(send({path: '/wait'}), {code: 'REQUEST_CANCELLED'});
});

test('a body that can’t be read is not the peer’s fault, and is destroyed', async t => {
	const {send} = await serveRoutes(t, [echo]);
	for (const askFirst of [false, true]) {
		const body = new Readable({
			read() {
				this.destroy(new Error('disk'));
			},
		});
		await t.throwsAsync(send({path: '/echo', method: 'POST', body, askFirst}), {message: 'disk'});
		t.true(body.destroyed);
	}
});

test('a body is destroyed when the peer is not there', async t => {
	const {server, url} = await rawServer(t, () => {});
	server.close();
	const {connections: client} = await serveRoutes(t, []);
	for (const askFirst of [false, true]) {
		const body = new Readable({read() {}});
		await t.throwsAsync(client.send({method: 'POST', url, body, timeoutMs: 5000, askFirst}), {
			code: 'PEER_UNREACHABLE',
		});
		t.true(body.destroyed);
	}
});

test('errors do not tell the token', async t => {
	const {url} = await rawServer(t, socket => socket.destroy());
	const {connections: client} = await serveRoutes(t, []);
	for (const token of ['hush', 'hush\n']) {
		const error = await t.throwsAsync(client.send({method: 'GET', url, timeoutMs: 5000, token}));
		t.notRegex(JSON.stringify(error, Object.getOwnPropertyNames(error)), /hush/);
		t.is(error?.cause, undefined);
	}
});
