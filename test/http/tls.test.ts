import {once} from 'node:events';
import {createServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import {connect, type TLSSocket} from 'node:tls';
import test, {type ExecutionContext} from 'ava';
import {makeCertificate} from '../../src/http/certificate.js';
import {jsonAnswer} from '../../src/http/content.js';
import type {Route} from '../../src/http/route.js';
import {serveRoutes} from './served.js';

const certificate = () =>
	makeCertificate({address: {host: '127.0.0.1', port: 1}, nowMs: Date.now()});
const made = certificate();
const hello: Route = {
	method: 'GET',
	path: '/hello',
	handle: ({headers}) => jsonAnswer(headers.authorization ?? 'hello'),
};

/** The hello route over TLS, and how many connections and requests came. */
async function serveHello(t: ExecutionContext) {
	const identity = await made;
	const counts = {requests: 0};
	const served = await serveRoutes(
		t,
		[
			{
				...hello,
				handle: request => {
					counts.requests++;
					return hello.handle(request);
				},
			},
		],
		{identity},
	);
	return {...served, counts, pin: identity.digest.toString('hex')};
}

test('a client with the certificate as root takes it, by the rules', async t => {
	const {certPem} = await made;
	const {port} = await serveHello(t);
	const authorized = await new Promise((resolve, reject) => {
		const socket: TLSSocket = connect({host: '127.0.0.1', port, ca: certPem}, () => {
			resolve(socket.authorized);
			socket.destroy();
		});
		socket.once('error', reject);
	});
	t.true(authorized);
});

test('without a pin a certificate that nobody vouches for is refused', async t => {
	const {send, counts} = await serveHello(t);
	await t.throwsAsync(send({path: '/hello', token: 'hush'}), {
		code: 'PEER_UNTRUSTED',
		message: /DEPTH_ZERO_SELF_SIGNED_CERT/,
	});
	t.is(counts.requests, 0);
});

test('the certificate of the pin is taken, whatever name the server is called by', async t => {
	const {connections, port, pin} = await serveHello(t);
	for (const host of ['127.0.0.1', 'localhost']) {
		const url = `https://${host}:${port}/hello`;
		const answer = await connections.send({method: 'GET', url, timeoutMs: 5000, pin});
		t.is(answer.body.toString(), '"hello"');
	}
});

test('another certificate is refused before anything was sent', async t => {
	const {send, counts, pin} = await serveHello(t);
	const other = 'f'.repeat(64);
	for (const keepAlive of [true, false]) {
		await t.throwsAsync(
			send({path: '/hello', pin: other, token: 'hush', keepAlive}).catch(error => {
				t.like(error.fields, {expected: other, seen: pin});
				throw error;
			}),
			{code: 'PEER_UNTRUSTED'},
		);
	}
	t.is(counts.requests, 0);
});

test('a connection that was made for one pin serves no other', async t => {
	const {send, pin} = await serveHello(t);
	t.is((await send({path: '/hello', pin})).status, 200);
	await t.throwsAsync(send({path: '/hello', pin: '0'.repeat(64)}), {code: 'PEER_UNTRUSTED'});
	await t.throwsAsync(send({path: '/hello'}), {code: 'PEER_UNTRUSTED'});
	t.is((await send({path: '/hello', pin})).status, 200);
});

test('each new connection shows the certificate of the pin anew', async t => {
	const {send, counts, pin} = await serveHello(t);
	for (let round = 0; round < 4; round++) {
		t.is((await send({path: '/hello', pin, keepAlive: round % 2 === 0})).status, 200);
	}
	t.is(counts.requests, 4);
});

test('a pinned connection is kept for the next request', async t => {
	const identity = await made;
	const ports = new Set<number>();
	const server = createServer({cert: identity.certPem, key: identity.keyPem});
	server.on('request', (message, response) => {
		ports.add(message.socket.remotePort ?? 0);
		response.end();
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => server.close());
	const {connections} = await serveRoutes(t, []);
	const {port} = server.address() as AddressInfo;
	const pin = identity.digest.toString('hex');
	for (let round = 0; round < 3; round++) {
		await connections.send({method: 'GET', url: `https://127.0.0.1:${port}`, timeoutMs: 5000, pin});
	}
	t.is(ports.size, 1);
});

test('a renewed certificate is seen by new connections', async t => {
	const {send, server, pin} = await serveHello(t);
	t.is((await send({path: '/hello', pin, keepAlive: false})).status, 200);
	const renewed = await certificate();
	server.renew(renewed);
	await t.throwsAsync(send({path: '/hello', pin, keepAlive: false}), {code: 'PEER_UNTRUSTED'});
	const newPin = renewed.digest.toString('hex');
	t.is((await send({path: '/hello', pin: newPin})).status, 200);
});

test('a connection from before the renewal goes on', async t => {
	const {send, server, pin} = await serveHello(t);
	t.is((await send({path: '/hello', pin})).status, 200);
	server.renew(await certificate());
	t.is((await send({path: '/hello', pin})).status, 200);
});
