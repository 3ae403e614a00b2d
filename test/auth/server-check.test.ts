import test from 'ava';
import {formatSecretKey} from '../../src/auth/secret-key.js';
import {createServerCheck, type SchedulerAuth, serverBearer} from '../../src/auth/server-check.js';
import {makeServerToken} from '../../src/auth/server-token.js';
import {signClaims} from '../../src/auth/signed-claims.js';
import {Secret} from '../../src/lib/secret.js';

const nowMs = () => 1_800_000_000_000;
const server = '192.0.2.7:10501';
const key = Buffer.alloc(32, 5);
const invalid = {ok: false, reason: 'invalid'} as const;

test('what a server sends is what its scheduler takes', async t => {
	const token = new Secret('shared');
	const jwt = new Secret(await makeServerToken(server, key));
	const secretKey = new Secret(formatSecretKey(key));
	const pairs: [SchedulerAuth, Parameters<typeof createServerCheck>[0]][] = [
		[{type: 'DANGEROUSLY_INSECURE'}, {type: 'DANGEROUSLY_INSECURE'}],
		[
			{type: 'token', token},
			{type: 'token', token},
		],
		[
			{type: 'jwt_token', token: jwt},
			{type: 'jwt_hs256', secretKey},
		],
	];
	for (const [index, [theirs]] of pairs.entries()) {
		for (const [other, [, ours]] of pairs.entries()) {
			const verdict = await createServerCheck(ours, nowMs)(serverBearer(theirs, server).reveal());
			t.deepEqual(verdict, index === other ? {ok: true, serverId: server} : invalid);
		}
	}
});

test('the texts are those of the protocol', async t => {
	const insecure = createServerCheck({type: 'DANGEROUSLY_INSECURE'}, nowMs);
	t.deepEqual(await insecure(`${server} dangerously_insecure_server`), {
		ok: true,
		serverId: server,
	});
	const shared = createServerCheck({type: 'token', token: new Secret('a b')}, nowMs);
	t.deepEqual(await shared('[2001:db8::1]:1 a b'), {ok: true, serverId: '[2001:db8::1]:1'});
	t.deepEqual(await shared('build.example:1 a b'), {ok: true, serverId: 'build.example:1'});
	for (const text of [
		'',
		'a b',
		`${server}`,
		`${server} `,
		`${server} a`,
		`${server} a b `,
		' a b',
	]) {
		t.deepEqual(await shared(text), invalid, text);
	}
});

test('a token that was good is not taken once it is over, nor one that differs by a letter', async t => {
	const endS = 1_800_000_100;
	let now = (endS - 1) * 1000;
	const check = createServerCheck(
		{type: 'jwt_hs256', secretKey: new Secret(formatSecretKey(key))},
		() => now,
	);
	const token = await signClaims({exp: endS, server_id: server}, key);
	for (let times = 0; times < 2; times++) t.true((await check(token)).ok);
	t.deepEqual(await check(`${token.slice(0, -2)}AA`), invalid);
	t.deepEqual(
		await check(await signClaims({exp: 0, server_id: server}, Buffer.alloc(32, 6))),
		invalid,
	);
	now = endS * 1000;
	t.deepEqual(await check(token), {ok: false, reason: 'expired'});
});

test('a key of the wrong size is refused at once', t => {
	const secretKey = new Secret('c2hvcnQ');
	t.throws(() => createServerCheck({type: 'jwt_hs256', secretKey}, nowMs), {
		message: 'Size of secret key incorrect',
	});
});
