import test from 'ava';
import {createIdentity, heartbeatOf} from '../../src/server/identity.js';

const dayMs = 24 * 60 * 60 * 1000;
const startMs = Date.UTC(2026, 0, 1);

test('a certificate is renewed a month before its end, and the next heartbeat tells of the new one', async t => {
	let nowMs = startMs;
	const identity = await createIdentity({host: '192.0.2.7', port: 10501}, () => nowMs);
	const first = identity.certificate();
	t.is(await identity.renewed(), undefined);
	nowMs = first.notAfterMs - 31 * dayMs;
	t.is(await identity.renewed(), undefined);
	t.deepEqual(heartbeatOf(identity, 4).certDigest, first.digest);
	nowMs = first.notAfterMs - 29 * dayMs;
	const second = await identity.renewed();
	t.true(second !== undefined && second.notAfterMs > nowMs + 300 * dayMs);
	t.notDeepEqual(second?.digest, first.digest);
	t.is(identity.certificate(), second as typeof first);
	const heartbeat = heartbeatOf(identity, 4);
	t.deepEqual(heartbeat.certDigest, second?.digest);
	t.is(heartbeat.certPem.toString(), second?.certPem ?? '');
	// The scheduler and the tokens of jobs know the same server still.
	t.is(heartbeat.serverNonce, identity.nonce);
	t.is(await identity.renewed(), undefined);
});
