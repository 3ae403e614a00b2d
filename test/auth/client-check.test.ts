import {once} from 'node:events';
import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {exportJWK, exportSPKI, generateKeyPair, SignJWT} from 'jose';
import {type ClientAuth, createClientCheck} from '../../src/auth/client-check.js';
import {Secret} from '../../src/lib/secret.js';

const startMs = 1_800_000_000_000;
const parts = {fetch, nowMs: () => startMs};

async function serve(t: ExecutionContext, answer: RequestListener): Promise<string> {
	const server = createServer(answer).listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test('a token is taken if it is the one', async t => {
	const check = createClientCheck({type: 'token', token: new Secret('right')}, parts);
	t.deepEqual(await check('right'), {ok: true});
	const refused = {ok: false, reason: 'invalid', message: 'Fixed token mismatch'} as const;
	for (const token of ['wrong', '', 'right ', 'righ']) t.deepEqual(await check(token), refused);
});

test('the insecure check takes what clients send that were told nothing', async t => {
	const check = createClientCheck({type: 'DANGEROUSLY_INSECURE'}, parts);
	t.true((await check('dangerously_insecure_client')).ok);
	t.false((await check('anything')).ok);
});

const nowS = startMs / 1000;

async function issuer(t: ExecutionContext) {
	const first = await generateKeyPair('RS256', {extractable: true});
	const later = await generateKeyPair('RS256', {extractable: true});
	const state = {status: 200, body: undefined as unknown, fetches: 0};
	const jwk = {...(await exportJWK(first.publicKey)), kid: 'one', alg: 'RS256'};
	state.body = {keys: [jwk]};
	const url = await serve(t, (_request, response) => {
		state.fetches += 1;
		response.writeHead(state.status).end(JSON.stringify(state.body));
	});
	const auth: ClientAuth = {type: 'jwt_validate', audience: 'farm', issuer: 'us', jwksUrl: url};
	const sign = (claims: object, {kid = 'one', key = first.privateKey} = {}) =>
		new SignJWT({aud: 'farm', iss: 'us', exp: nowS + 60, ...claims})
			.setProtectedHeader({alg: 'RS256', kid})
			.sign(key);
	return {auth, state, sign, first, later, jwk};
}

test("a JWT of the issuer's, for us, in its time, is taken", async t => {
	const {auth, state, sign, later} = await issuer(t);
	const check = createClientCheck(auth, parts);
	t.is(state.fetches, 0);
	t.deepEqual(await check(await sign({})), {ok: true});
	const refused: [string, string][] = [
		[await sign({exp: nowS - 1}), 'expired'],
		[await sign({exp: undefined}), 'invalid'],
		[await sign({nbf: nowS + 30}), 'invalid'],
		[await sign({aud: 'others'}), 'invalid'],
		[await sign({iss: 'them'}), 'invalid'],
		[await sign({}, {key: later.privateKey}), 'invalid'],
		['no.jwt.atall', 'invalid'],
		['', 'invalid'],
	];
	for (const [token, reason] of refused) t.like(await check(token), {ok: false, reason});
	t.is(state.fetches, 1);
});

test('a public key does not serve as a shared one', async t => {
	const {auth, first} = await issuer(t);
	const confused = await new SignJWT({aud: 'farm', iss: 'us', exp: nowS + 60})
		.setProtectedHeader({alg: 'HS256', kid: 'one'})
		.sign(Buffer.from(await exportSPKI(first.publicKey)));
	t.like(await createClientCheck(auth, parts)(confused), {ok: false, reason: 'invalid'});
});

test('an issuer that cannot be asked is no word on the token, and is asked again', async t => {
	const {auth, state, sign} = await issuer(t);
	const check = createClientCheck(auth, parts);
	const token = await sign({});
	const unavailable = {ok: false, reason: 'unavailable'} as const;
	state.status = 503;
	t.like(await check(token), unavailable);
	const {body} = state;
	Object.assign(state, {status: 200, body: {keys: 'none'}});
	t.like(await check(token), unavailable);
	state.body = body;
	t.true((await check(token)).ok);
	const nobody = createClientCheck(auth, {
		...parts,
		fetch: () => Promise.reject(new Error('no route')),
	});
	t.like(await nobody(token), unavailable);
});

interface Proxy {
	status: number;
	readonly seen: (string | undefined)[];
	nowMs: number;
}

async function proxy(t: ExecutionContext, cacheS?: number) {
	const state: Proxy = {status: 200, seen: [], nowMs: startMs};
	const url = await serve(t, (request, response) => {
		state.seen.push(request.headers.authorization);
		response.writeHead(state.status, {location: '/elsewhere'}).end('words');
	});
	const auth: ClientAuth = {type: 'proxy_token', url, cacheS};
	return {state, check: createClientCheck(auth, {fetch, nowMs: () => state.nowMs})};
}

test('a proxy is asked with the token, and 2xx alone vouches for it', async t => {
	const {state, check} = await proxy(t);
	t.deepEqual(await check('good'), {ok: true});
	t.deepEqual(state.seen, ['Bearer good']);
	state.status = 204;
	t.true((await check('good')).ok);
	for (const status of [302, 401, 403, 404]) {
		state.status = status;
		t.like(await check('good'), {ok: false, reason: 'invalid'}, String(status));
	}
	state.status = 502;
	t.like(await check('good'), {ok: false, reason: 'unavailable'});
	t.is(state.seen.length, 7);
});

test('what was vouched for is remembered for cache_secs, what was refused is not', async t => {
	const {state, check} = await proxy(t, 10);
	state.status = 403;
	t.false((await check('good')).ok);
	state.status = 200;
	t.true((await check('good')).ok);
	state.status = 403;
	state.nowMs = startMs + 9999;
	t.true((await check('good')).ok);
	t.is(state.seen.length, 2);
	t.false((await check('other')).ok);
	state.nowMs = startMs + 10_000;
	t.false((await check('good')).ok);
});

test('many requests with one token at once ask once', async t => {
	const {state, check} = await proxy(t);
	const verdicts = await Promise.all(Array.from({length: 20}, () => check('good')));
	t.true(verdicts.every(({ok}) => ok));
	t.is(state.seen.length, 1);
});

test('a proxy that is not there, or a token that fits no header, is not taken', async t => {
	const url = 'http://127.0.0.1:1/';
	const check = createClientCheck({type: 'proxy_token', url, cacheS: 10}, parts);
	t.like(await check('good'), {ok: false, reason: 'unavailable'});
	t.false((await check('a\nb')).ok);
});
