import {once} from 'node:events';
import {Readable} from 'node:stream';
import test from 'ava';
import {jsonAnswer} from '../../src/http/content.js';
import type {Request, Route} from '../../src/http/route.js';
import {promised, rawConnection, received, serveRoutes} from './served.js';

const limitBytes = 10_000_000;

async function sizeOf(body: Readable): Promise<number> {
	let sizeBytes = 0;
	for await (const chunk of body) sizeBytes += (chunk as Buffer).length;
	return sizeBytes;
}

const read: Route = {
	method: 'POST',
	path: '/read',
	handle: async ({body}) => jsonAnswer((await body.read(limitBytes)).length),
};
const stream: Route = {
	method: 'POST',
	path: '/stream',
	handle: async ({body}) => jsonAnswer(await sizeOf(body.stream(limitBytes))),
};
const refuse: Route = {method: 'POST', path: '/refuse', handle: () => ({status: 403})};

/** A route whose handler reports how reading went. */
function watched(act: (request: Request) => Promise<unknown>) {
	const {promise, resolve} = promised<unknown>();
	const route: Route = {
		method: 'POST',
		path: '/watched',
		handle: async request => {
			try {
				const value = await act(request);
				resolve(value);
				return {status: 200};
			} catch (error) {
				resolve(error);
				throw error;
			}
		},
	};
	return {route, outcome: promise};
}

const chunked = (sizeBytes: number) =>
	Readable.from(
		(function* () {
			for (let left = sizeBytes; left > 0; left -= 50_000)
				yield Buffer.alloc(Math.min(left, 50_000));
		})(),
		{objectMode: false},
	);

test('bodies are taken whole or as they arrive, with a length or in chunks', async t => {
	const {send} = await serveRoutes(t, [read, stream]);
	for (const path of ['/read', '/stream']) {
		for (const sizeBytes of [0, 1, 100_000, limitBytes]) {
			const whole = await send({path, method: 'POST', body: Buffer.alloc(sizeBytes)});
			t.is(whole.body.toString(), String(sizeBytes));
			const inChunks = await send({path, method: 'POST', body: chunked(sizeBytes)});
			t.is(inChunks.body.toString(), String(sizeBytes));
		}
	}
});

test('a body over the limit is refused, however it comes, and the server goes on', async t => {
	const {send, errors} = await serveRoutes(t, [read, stream]);
	for (const path of ['/read', '/stream']) {
		for (const body of [Buffer.alloc(limitBytes + 1), chunked(limitBytes + 1)]) {
			t.is((await send({path, method: 'POST', body})).status, 413);
		}
		t.is((await send({path, method: 'POST', body: Buffer.alloc(3)})).body.toString(), '3');
	}
	t.deepEqual(errors, []);
});

test('an upload that is not wanted is answered before it was sent', async t => {
	const {port} = await serveRoutes(t, [refuse]);
	const socket = await rawConnection(t, port);
	socket.write('POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n');
	const answer = await received(socket, '\r\n\r\n');
	t.regex(answer, /^HTTP\/1\.1 403 /);
	t.regex(answer, /\r\nconnection: close\r\n/i);
});

test('a client that sends on sees the answer all the same', async t => {
	const {send} = await serveRoutes(t, [refuse]);
	for (let round = 0; round < 5; round++) {
		t.is((await send({path: '/refuse', method: 'POST', body: chunked(20_000_000)})).status, 403);
		t.is(
			(await send({path: '/refuse', method: 'POST', body: Buffer.alloc(20_000_000)})).status,
			403,
		);
	}
});

test('a small body that nobody wanted does not cost the connection', async t => {
	const {port} = await serveRoutes(t, [refuse]);
	const socket = await rawConnection(t, port);
	socket.write('POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n');
	t.notRegex(await received(socket, '\r\n\r\n'), /connection: close/i);
	socket.write('helloPOST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n');
	t.regex(await received(socket, '\r\n\r\n'), /^HTTP\/1\.1 403 /);
});

test('a client that asks first is told to send once the body is wanted', async t => {
	const {port} = await serveRoutes(t, [read]);
	const socket = await rawConnection(t, port);
	socket.write(
		'POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
	);
	t.regex(await received(socket, '\r\n\r\n'), /^HTTP\/1\.1 100 /);
	socket.write('hello');
	t.regex(await received(socket, '\r\n\r\n5'), /^HTTP\/1\.1 200 /);
});

test('a client that asks first is spared the upload', async t => {
	const {port, send} = await serveRoutes(t, [refuse, read]);
	const socket = await rawConnection(t, port);
	socket.write(
		'POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
	);
	const answer = await received(socket, '\r\n\r\n');
	t.regex(answer, /^HTTP\/1\.1 403 /);
	t.regex(answer, /\r\nconnection: close\r\n/i);

	let produced = 0;
	const body = () =>
		new Readable({
			read() {
				produced += 1000;
				this.push(produced > 100_000 ? null : Buffer.alloc(1000));
			},
			highWaterMark: 1,
		});
	t.is((await send({path: '/refuse', method: 'POST', body: body(), askFirst: true})).status, 403);
	t.is(produced, 0);
	t.is(
		(await send({path: '/read', method: 'POST', body: body(), askFirst: true})).body.toString(),
		'100000',
	);
	const bytes = Buffer.alloc(7);
	t.is(
		(await send({path: '/read', method: 'POST', body: bytes, askFirst: true})).body.toString(),
		'7',
	);
});

for (const [how, act] of [
	['whole', ({body}: Request) => body.read(limitBytes)],
	['stream', ({body}: Request) => sizeOf(body.stream(limitBytes))],
] as const) {
	test(`a body that ends early is no body (${how})`, async t => {
		for (const head of ['Content-Length: 100', 'Transfer-Encoding: chunked']) {
			const {route, outcome} = watched(act);
			const {port, errors} = await serveRoutes(t, [route]);
			const socket = await rawConnection(t, port);
			socket.write(`POST /watched HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n5\r\nhello\r\n`);
			socket.end();
			t.like(await outcome, {code: 'REQUEST_CANCELLED'});
			t.deepEqual(errors, []);
		}
	});

	test(`a client that falls silent in the middle is cut off (${how})`, async t => {
		const {route, outcome} = watched(act);
		const {port} = await serveRoutes(t, [route], {limits: {idleMs: 100}});
		const socket = await rawConnection(t, port);
		socket.write('POST /watched HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello');
		t.like(await outcome, {code: 'REQUEST_CANCELLED'});
		t.is(await received(socket), '');
	});
}

test('a handler may take longer than a client may be silent', async t => {
	const {send} = await serveRoutes(
		t,
		[
			{
				method: 'POST',
				path: '/slow',
				handle: async ({body}) => {
					await body.read(100);
					await new Promise(resolve => setTimeout(resolve, 400));
					return {status: 200};
				},
			},
		],
		{limits: {idleMs: 100}},
	);
	t.is((await send({path: '/slow', method: 'POST', body: Buffer.from('a')})).status, 200);
});

test('headers that never end are cut off', async t => {
	const {port} = await serveRoutes(t, [read], {limits: {headersMs: 100}});
	const slow = await rawConnection(t, port);
	slow.write('POST /read HTTP/1.1\r\nHost: a\r\n');
	const silent = await rawConnection(t, port);
	t.regex(await received(slow), /^HTTP\/1\.1 408 /);
	await received(silent);
});

test('headers that are too long, and what is not HTTP, are refused', async t => {
	const {port} = await serveRoutes(t, [read]);
	const long = await rawConnection(t, port);
	long.write(`POST /read HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`);
	t.regex(await received(long), /^HTTP\/1\.1 431 /);
	const nonsense = await rawConnection(t, port);
	nonsense.write('\u0016\u0003\u0001\u0002nonsense\r\n\r\n');
	t.regex(await received(nonsense), /^HTTP\/1\.1 400 /);
});

test('a body is taken once', async t => {
	const {route, outcome} = watched(async ({body}) => {
		await body.read(10);
		return body.read(10);
	});
	const {send} = await serveRoutes(t, [route]);
	await send({path: '/watched', method: 'POST', body: Buffer.from('a')});
	t.like(await outcome, {message: 'a body can be taken once'});
});

test('a handler learns that its client went away', async t => {
	const begun = promised<void>();
	const {route, outcome} = watched(async ({body, signal}) => {
		await body.read(10);
		begun.resolve();
		if (!signal.aborted) await once(signal, 'abort');
		return 'aborted';
	});
	const {port} = await serveRoutes(t, [route]);
	const socket = await rawConnection(t, port);
	socket.write('POST /watched HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na');
	await begun.promise;
	socket.destroy();
	t.is(await outcome, 'aborted');
});

test('a client that does not take its answer is cut off', async t => {
	const large = Buffer.alloc(50_000_000);
	const stream = Readable.from([large, large]);
	for (const body of [large, stream]) {
		const {promise, resolve} = promised<void>();
		const {port, server} = await serveRoutes(
			t,
			[
				{
					method: 'GET',
					path: '/large',
					handle: () => {
						resolve();
						return {status: 200, body};
					},
				},
			],
			{limits: {idleMs: 100}},
		);
		const socket = await rawConnection(t, port);
		socket.pause().write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
		await promise;
		await t.notThrowsAsync(server.close(10 * 60_000));
	}
	if (!stream.closed) await new Promise(resolve => stream.once('close', resolve));
	t.true(stream.destroyed);
});

test('a client that got its answer did not go away', async t => {
	const {promise, resolve} = promised<AbortSignal>();
	const {port} = await serveRoutes(t, [
		{
			method: 'GET',
			path: '/signal',
			handle: ({signal}) => {
				resolve(signal);
				return {status: 200};
			},
		},
	]);
	const socket = await rawConnection(t, port);
	socket.write('GET /signal HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
	t.regex(await received(socket), /^HTTP\/1\.1 200 /);
	t.false((await promise).aborted);
});

test('a body that was left in the middle does not hold up the next request', async t => {
	const {port} = await serveRoutes(t, [
		{
			method: 'POST',
			path: '/some',
			handle: async ({body}) => {
				for await (const _ of body.stream(limitBytes)) break;
				return {status: 200};
			},
		},
		{
			method: 'POST',
			path: '/left',
			handle: async ({body}) => {
				await once(body.stream(limitBytes), 'readable');
				return {status: 200};
			},
		},
	]);
	for (const path of ['/some', '/left']) {
		const socket = await rawConnection(t, port);
		for (let round = 0; round < 3; round++) {
			socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\nhello`);
			t.regex(await received(socket, '\r\n\r\n'), /^HTTP\/1\.1 200 /);
			// More than one read on the other side, of which the first fills what a stream holds.
			for (const sizeBytes of [30_000, 19_995]) {
				socket.write('a'.repeat(sizeBytes));
				await new Promise(resolve => setTimeout(resolve, 50));
			}
		}
	}
});
