import {Readable} from 'node:stream';
import test from 'ava';
import {unauthorized} from '../../src/http/bearer.js';
import {jsonAnswer, readJson, readValue, valueAnswer} from '../../src/http/content.js';
import type {Route} from '../../src/http/route.js';
import {AppError} from '../../src/lib/errors.js';
import {encode} from '../../src/protocol/dist/bincode.js';
import {schedulerStatus, toolchain} from '../../src/protocol/dist/messages.js';
import {serveRoutes} from './served.js';

const status = {numServers: 1, numCpus: 4, inProgress: 0};
const octets = {'content-type': 'application/octet-stream'};

const failing = (error: unknown): Route => ({
	method: 'GET',
	path: '/fail',
	handle: () => {
		throw error;
	},
});

test('a value is answered in bincode, or in JSON for who accepts that', async t => {
	const {send} = await serveRoutes(t, [
		{
			method: 'GET',
			path: '/status',
			handle: request => valueAnswer(request, schedulerStatus, status),
		},
	]);
	const bincode = await send({path: '/status?any=query'});
	t.is(bincode.status, 200);
	t.is(bincode.headers['content-type'], 'application/octet-stream');
	t.is(bincode.headers['sccache-extensions'], '1');
	t.deepEqual(bincode.body, encode(schedulerStatus, status));
	const json = await send({path: '/status', headers: {accept: 'application/json'}});
	t.is(json.headers['content-type'], 'application/json');
	t.is(json.body.toString(), '{"num_servers":1,"num_cpus":4,"in_progress":0}');
});

test('an unknown path is an empty 404, another method a 405 with those that are allowed', async t => {
	const {send} = await serveRoutes(t, [failing(new Error())]);
	const unknown = await send({path: '/elsewhere'});
	t.is(unknown.status, 404);
	t.is(unknown.body.length, 0);
	const other = await send({path: '/fail', method: 'DELETE'});
	t.is(other.status, 405);
	t.is(other.headers.allow, 'GET');
});

test('a body is read as a value of its type', async t => {
	const {send} = await serveRoutes(t, [
		{
			method: 'POST',
			path: '/toolchain/*',
			handle: async request => {
				const {archiveId} = await readValue(request, toolchain, 1000);
				return jsonAnswer([request.parameter, archiveId, request.peerAddress]);
			},
		},
	]);
	const post = (body: Buffer, headers: Record<string, string> = octets) =>
		send({path: '/toolchain/7', method: 'POST', body, headers});
	const body = encode(toolchain, {archiveId: 'abc'});
	t.deepEqual(JSON.parse((await post(body)).body.toString()), ['7', 'abc', '127.0.0.1']);
	const typed = await post(body, {'content-type': 'application/octet-stream; v=1'});
	t.is(typed.status, 200);
	t.is((await post(body, {})).status, 400);
	t.is((await post(body, {'content-type': 'text/plain'})).status, 400);
	const short = await post(body.subarray(0, -1));
	t.is(short.status, 400);
	t.deepEqual(JSON.parse(short.body.toString()), {
		description: "the body can't be read: a count of 3 is more than the message holds",
		cause: null,
	});
	t.is((await post(Buffer.alloc(1001))).status, 413);
});

test('a body of JSON that does not fit is malformed', async t => {
	const {send} = await serveRoutes(t, [
		{
			method: 'POST',
			path: '/json',
			handle: async request => jsonAnswer(await readJson(request, value => Number(value), 100)),
		},
	]);
	const post = (text: string) => send({path: '/json', method: 'POST', body: Buffer.from(text)});
	t.is((await post('17')).body.toString(), '17');
	t.is((await post('{')).status, 400);
});

test('a refused token is a 401 that names the reason of v1', async t => {
	const {send, errors} = await serveRoutes(t, [
		failing(unauthorized('bearer_auth_failed', 'another token')),
	]);
	const answer = await send({path: '/fail'});
	t.is(answer.status, 401);
	t.is(answer.headers['www-authenticate'], 'Bearer error="bearer_auth_failed"');
	t.deepEqual(errors, []);
});

test('an error of ours is a 500 that tells it and its causes', async t => {
	const error = new AppError('STORE_FULL', 'no space', {
		cause: new AppError('STORE_BUSY', 'locked', {cause: new Error('secret')}),
	});
	const {send, errors} = await serveRoutes(t, [failing(error)]);
	const answer = await send({path: '/fail'});
	t.is(answer.status, 500);
	t.deepEqual(JSON.parse(answer.body.toString()), {
		description: 'no space',
		cause: {description: 'locked', cause: null},
	});
	t.deepEqual(errors, [error]);
});

test('what is no error of ours is not told to the client', async t => {
	for (const thrown of [new Error('secret word'), 'secret word', undefined]) {
		const {send, errors} = await serveRoutes(t, [failing(thrown)]);
		const answer = await send({path: '/fail'});
		t.is(answer.status, 500);
		t.deepEqual(JSON.parse(answer.body.toString()), {description: 'internal error', cause: null});
		t.deepEqual(errors, [thrown]);
	}
});

test('an answer can be a stream; one that fails ends the connection', async t => {
	const {send} = await serveRoutes(t, [
		{
			method: 'GET',
			path: '/whole',
			handle: () => ({status: 200, body: Readable.from([Buffer.from('a'), Buffer.from('b')])}),
		},
		{
			method: 'GET',
			path: '/broken',
			handle: () => ({
				status: 200,
				body: Readable.from(
					(async function* () {
						yield Buffer.from('a');
						throw new Error('disk');
					})(),
				),
			}),
		},
	]);
	t.is((await send({path: '/whole'})).body.toString(), 'ab');
	await t.throwsAsync(send({path: '/broken'}), {code: 'PEER_BROKEN'});
});
