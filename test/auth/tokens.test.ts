import {createHmac} from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {jwtVerify, SignJWT, UnsecuredJWT} from 'jose';
import {equalTokens} from '../../src/auth/compare-tokens.js';
import {signJobToken, verifyJobToken} from '../../src/auth/job-token.js';
import {formatSecretKey, parseSecretKey} from '../../src/auth/secret-key.js';
import {createServerCheck, type ServerCheck} from '../../src/auth/server-check.js';
import {makeServerToken} from '../../src/auth/server-token.js';
import {AppError} from '../../src/lib/errors.js';
import {Secret} from '../../src/lib/secret.js';

const key = Buffer.from(Array.from({length: 32}, (_, index) => index));
const otherKey = Buffer.alloc(32, 7);
const nowMs = 1_800_000_000_000;
const nowS = nowMs / 1000;
const server = '192.0.2.7:10501';
const toolchain = 'ab'.repeat(32);

/** A JWT made without our code. */
function handMade(header: object, claims: object, by = key): string {
	const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const signed = `${part(header)}.${part(claims)}`;
	return `${signed}.${createHmac('sha256', by).update(signed).digest('base64url')}`;
}

/** As the scheduler asks it. */
function serverCheck(now: () => number = () => nowMs): ServerCheck {
	const secretKey = new Secret(formatSecretKey(key));
	return createServerCheck({type: 'jwt_hs256', secretKey}, now);
}

const hs256 = {typ: 'JWT', alg: 'HS256'};
const invalid = {ok: false, reason: 'invalid'} as const;

test('a server token is byte for byte what a known key gives', async t => {
	const golden =
		'eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJleHAiOjAsInNlcnZlcl9pZCI6IjE5Mi4wLjIuNzoxMDUwMSJ9';
	const token = await makeServerToken(server, key);
	t.is(token, handMade(hs256, {exp: 0, server_id: server}));
	t.is(token, `${golden}.BYkHpxjXksBJXo686YTqqBsoVer-eDGnVxORpB6pWRY`);
	t.deepEqual(await serverCheck()(token), {ok: true, serverId: server});
});

test('a job token is byte for byte what a known key gives', async t => {
	t.is(await signJobToken({jobId: 7}, key), handMade(hs256, {exp: 0, job_id: 7}));
	t.is(
		await signJobToken({jobId: 7, toolchain, expiresS: nowS}, key),
		handMade(hs256, {exp: nowS, job_id: 7, tc: toolchain}),
	);
});

test('other tools read our tokens, and we read theirs', async t => {
	const ours = await signJobToken({jobId: 3, expiresS: nowS + 60}, key);
	const {payload} = await jwtVerify(ours, key, {currentDate: new Date(nowMs)});
	t.deepEqual(payload, {exp: nowS + 60, job_id: 3} as object);
	const theirs = await new SignJWT({server_id: server, exp: 0})
		.setProtectedHeader({alg: 'HS256'})
		.sign(key);
	t.deepEqual(await serverCheck()(theirs), {ok: true, serverId: server});
});

test('a server token with an end is good until then', async t => {
	const token = (exp: number) => handMade(hs256, {exp, server_id: server});
	t.true((await serverCheck()(token(nowS + 1))).ok);
	const expired = {ok: false, reason: 'expired'} as const;
	t.deepEqual(await serverCheck()(token(nowS)), expired);
	t.deepEqual(await serverCheck()(token(1)), expired);
});

test('a server token that was good is expired once its end has come', async t => {
	let now = nowMs;
	const check = serverCheck(() => now);
	const token = handMade(hs256, {exp: nowS + 60, server_id: server});
	t.deepEqual(await check(token), {ok: true, serverId: server});
	now += 59_000;
	t.deepEqual(await check(token), {ok: true, serverId: server});
	now += 1000;
	t.deepEqual(await check(token), {ok: false, reason: 'expired'});
});

test('server tokens that claim anything else are refused', async t => {
	const claims: object[] = [
		{exp: 0, server_id: server, admin: true},
		{exp: 0, server_id: server, nbf: 0},
		{server_id: server},
		{exp: 0},
		{exp: -1, server_id: server},
		{exp: '0', server_id: server},
		{exp: 0, server_id: 7},
		{exp: 0, server_id: 'nowhere'},
		{exp: 0, server_id: 'a b:1'},
		{exp: 0, job_id: 1},
		[],
	];
	for (const claim of claims) {
		const verdict = await serverCheck()(handMade(hs256, claim));
		t.deepEqual(verdict, invalid, JSON.stringify(claim));
	}
});

test('a token by another key, by another algorithm or by none is refused', async t => {
	const claims = {exp: 0, server_id: server};
	const forged = [
		handMade(hs256, claims, otherKey),
		handMade({typ: 'JWT', alg: 'none'}, claims),
		handMade({typ: 'JWT', alg: 'HS512'}, claims),
		handMade({typ: 'JWT', alg: 'RS256'}, claims),
		handMade({typ: 'JWT'}, claims),
		handMade({...hs256, crit: ['b64'], b64: false}, claims),
		new UnsecuredJWT(claims).encode(),
		await new SignJWT(claims).setProtectedHeader({alg: 'HS512'}).sign(Buffer.alloc(64, 1)),
		`${(await makeServerToken(server, key)).split('.').slice(0, 2).join('.')}.`,
		handMade(hs256, claims).replace(/^[^.]+/, Buffer.from('null').toString('base64url')),
		'',
		'..',
		'a.b.c.d',
	];
	for (const token of forged) t.deepEqual(await serverCheck()(token), invalid);
});

test('a token of which any character was changed is refused', async t => {
	const token = await signJobToken({jobId: 12, toolchain}, key);
	await fc.assert(
		fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...'aZ09-_.'), async (at, to) => {
			const changed = token.slice(0, at) + to + token.slice(at + 1);
			const verdict = await verifyJobToken(changed, key, {jobId: 12, nowMs});
			const sameBytes = Buffer.from(token.slice(-43), 'base64url').equals(
				Buffer.from(changed.slice(-43), 'base64url'),
			);
			return (
				verdict.ok === (at >= token.length - 43 && to !== '.' && sameBytes) || changed === token
			);
		}),
	);
	t.pass();
});

test('whatever text is shown: a verdict', async t => {
	await fc.assert(
		fc.asyncProperty(
			fc.oneof(
				fc.string(),
				fc.array(fc.base64String()).map(parts => parts.join('.')),
			),
			async text => {
				return !(await serverCheck()(text)).ok;
			},
		),
	);
	t.pass();
});

test('a job token admits to its job alone, on its server alone', async t => {
	const token = await signJobToken({jobId: 7, toolchain}, key);
	const admitted = {ok: true, jobId: 7, toolchain} as const;
	t.deepEqual(await verifyJobToken(token, key, {jobId: 7, nowMs}), admitted);
	const wrongJob = {ok: false, reason: 'wrong job'} as const;
	t.deepEqual(await verifyJobToken(token, key, {jobId: 8, nowMs}), wrongJob);
	t.deepEqual(await verifyJobToken(token, otherKey, {jobId: 7, nowMs}), invalid);
});

test("a job token ends when it says; upstream's never", async t => {
	const verdict = async (expiresS?: number) =>
		verifyJobToken(
			await signJobToken({jobId: 7, ...(expiresS === undefined ? {} : {expiresS})}, key),
			key,
			{jobId: 7, nowMs},
		);
	t.deepEqual(await verdict(), {ok: true, jobId: 7});
	t.deepEqual(await verdict(nowS + 1), {ok: true, jobId: 7});
	t.deepEqual(await verdict(nowS), {ok: false, reason: 'expired'});
});

test('a server token is no job token, nor one with claims that nobody knows', async t => {
	const claims: object[] = [
		{exp: 0, server_id: server},
		{exp: 0, job_id: 7, sub: 'x'},
		{exp: 0, job_id: '7'},
		{exp: 0, job_id: -7},
		{exp: 0, job_id: 7.5},
		{exp: 0, job_id: 7, tc: '../../etc'},
		{exp: 0, job_id: 7, tc: 'AB'.repeat(32)},
		{job_id: 7},
	];
	for (const claim of claims) {
		const token = handMade(hs256, claim);
		t.deepEqual(await verifyJobToken(token, key, {jobId: 7, nowMs}), invalid);
	}
});

test('tokens are equal or not, whatever their lengths', t => {
	t.true(equalTokens('', ''));
	t.true(equalTokens('token', 'token'));
	for (const other of ['', 'toke', 'tokem', 'token ', 'x'.repeat(10_000)]) {
		t.false(equalTokens('token', other));
	}
});

test('a secret key is 32 bytes in base64url without padding; an error does not repeat it', t => {
	t.deepEqual(parseSecretKey(new Secret(formatSecretKey(otherKey))), otherKey);
	const wrong: [string, RegExp][] = [
		['', /^Size of secret key incorrect$/],
		[Buffer.alloc(31, 7).toString('base64url'), /^Size of secret key incorrect$/],
		[Buffer.alloc(33, 7).toString('base64url'), /^Size of secret key incorrect$/],
		[Buffer.alloc(32, 7).toString('base64'), /not base64url/],
		[Buffer.alloc(32, 255).toString('base64').replace('=', ''), /not base64url/],
		[`${formatSecretKey(otherKey)}\n`, /not base64url/],
		['<scheduler key>', /not base64url/],
	];
	for (const [text, message] of wrong) {
		const error = t.throws(() => parseSecretKey(new Secret(text)), {instanceOf: AppError, message});
		t.is(error?.code, 'SECRET_KEY_INVALID');
		if (text !== '')
			t.false(JSON.stringify([error?.message, error?.hint, error?.fields]).includes(text));
	}
});
