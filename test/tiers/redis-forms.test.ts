import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Redis} from 'ioredis';
import {loadClientConfig} from '../../src/config/load.js';
import {type SharedConfig, sharedSecrets, type TierConfig} from '../../src/config/shared-config.js';
import {makeCertificate} from '../../src/http/certificate.js';
import {openTier} from '../../src/tiers/open.js';
import type {Tier} from '../../src/tiers/tier.js';
import {tryTier} from '../../src/tiers/try-tier.js';
import {unableToRedis} from '../helpers/redis-process.js';
import {until} from '../helpers/until.js';
import {lowPort} from './processes.js';
import {type RedisServer, startRedis} from './redis-server.js';

/** Redis in each form that it is run in. */

const unable = unableToRedis();
const check = unable === undefined ? test : test.skip;
const because = unable === undefined ? '' : ` (${unable})`;

const key = 'ab'.repeat(32);
const folder = mkdtempSync(join(tmpdir(), 'redis-forms-'));
test.after.always(() => rmSync(folder, {recursive: true, force: true}));

check(
	`user, password, database, prefix and expiration are those of the file${because}`,
	async t => {
		const server = await startRedis([
			'--user',
			'alice',
			'on',
			'>sesame 1',
			'~*',
			'+@all',
			'--requirepass',
			'other',
		]);
		t.teardown(() => server.stop());
		const secret = file('password', 'sesame 1\n');
		const tier = await openWith(
			t,
			`[cache.redis]
endpoint = "redis://127.0.0.1:${server.port}"
username = "alice"
password_file = "${secret}"
db = 3
expiration = 60
key_prefix = "/a/b/"
`,
		);
		await roundTrip(t, tier);
		const redis = new Redis({port: server.port, password: 'other', db: 3});
		t.teardown(() => redis.disconnect());
		t.deepEqual(await redis.keys('*'), [`a/b/${key}`]);
		const ttl = await redis.ttl(`a/b/${key}`);
		t.true(ttl > 0 && ttl <= 60, String(ttl));
	},
);

check(`a wrong password is an error, which does not tell it${because}`, async t => {
	const server = await startRedis(['--requirepass', 'right']);
	t.teardown(() => server.stop());
	const tier = await openWith(
		t,
		`[cache.redis]\nendpoint = "redis://:wrong1@127.0.0.1:${server.port}"\n`,
	);
	const error = await t.throwsAsync(tier.get(key, never));
	t.false(String(error?.message).includes('wrong1'));
});

check(`a trial reads, writes where that may be, and says what is wrong${because}`, async t => {
	const server = await startRedis();
	t.teardown(() => server.stop());
	const trialOf = (mode: string) => {
		const {shared} = configOf(`[cache.redis]\nendpoint = "${server.url}"\nrw_mode = "${mode}"\n`);
		return tryTier(shared.tiers[0] as TierConfig, sharedSecrets(shared));
	};
	t.like(await trialOf('READ_ONLY'), {writeMs: undefined});
	t.is(await server.admin().dbsize(), 0);
	const trial = await trialOf('READ_WRITE');
	t.true(typeof trial === 'object' && trial.writeMs !== undefined, JSON.stringify(trial));
	await server.admin().config('SET', 'maxmemory', '1');
	t.regex(String(await trialOf('READ_WRITE')), /^it can’t be written to: OOM/);
	await server.stop();
	t.regex(String(await trialOf('READ_WRITE')), /^it can’t be read: /);
});

check(`a Unix socket${because}`, async t => {
	const socket = join(folder, 'redis.sock');
	const server = await startRedis(['--unixsocket', socket]);
	t.teardown(() => server.stop());
	await roundTrip(t, await openWith(t, `[cache.redis]\nendpoint = "redis+unix://${socket}"\n`));
});

check(
	`TLS: a certificate that nobody vouches for is taken with #insecure alone${because}`,
	async t => {
		const port = await lowPort();
		const address = {host: '127.0.0.1', port};
		const {certPem, keyPem} = await makeCertificate({address, nowMs: Date.now()});
		const server = await startRedis(
			[
				...['--tls-port', String(port), '--tls-auth-clients', 'no'],
				...['--tls-cert-file', file('cert.pem', certPem)],
				...[
					'--tls-key-file',
					file('key.pem', keyPem),
					'--tls-ca-cert-file',
					file('ca.pem', certPem),
				],
			],
			port,
		);
		t.teardown(() => server.stop());
		const endpoint = `rediss://127.0.0.1:${port}`;
		await roundTrip(t, await openWith(t, `[cache.redis]\nendpoint = "${endpoint}#insecure"\n`));
		const strict = await openWith(t, `[cache.redis]\nendpoint = "${endpoint}"\n`);
		await t.throwsAsync(strict.get(key, never));
	},
);

check(`a cluster of three, each object where it belongs${because}`, async t => {
	const servers: RedisServer[] = [];
	t.teardown(async () => {
		for (const server of servers) await server.stop();
	});
	for (let index = 0; index < 3; index++) {
		servers.push(
			await startRedis(['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf']),
		);
	}
	await formCluster(servers);
	const nodes = servers.slice(0, 2).map(({port}) => `redis://127.0.0.1:${port}`);
	const tier = await openWith(t, `[cache.redis]\ncluster_endpoints = "${nodes.join(',')}"\n`);
	for (let index = 0; index < 12; index++) {
		await roundTrip(t, tier, index.toString(16).repeat(64));
	}
	const sizes = await Promise.all(servers.map(server => server.admin().dbsize()));
	t.true(
		sizes.every(size => size > 0),
		sizes.join(),
	);
});

check(`sentinels say who the master is, and who is it next${because}`, async t => {
	const master = await startRedis();
	const replica = await startRedis(['--replicaof', '127.0.0.1', String(master.port)]);
	const config = file(
		'sentinel.conf',
		`sentinel monitor cache 127.0.0.1 ${master.port} 1
sentinel down-after-milliseconds cache 500
sentinel failover-timeout cache 2000
`,
	);
	const sentinel = await startRedis([config, '--sentinel']);
	t.teardown(async () => {
		for (const server of [sentinel, replica, master]) await server.stop();
	});
	const tier = await openWith(
		t,
		`[cache.redis]\nsentinel_endpoints = "127.0.0.1:${sentinel.port}"\nsentinel_master = "cache"\n`,
	);
	await roundTrip(t, tier);
	t.is(await master.admin().dbsize(), 1);
	await until(async () => (await replica.admin().dbsize()) === 1);
	await until(async () => /slaves=1/.test(await sentinel.admin().info('sentinel')));
	await master.stop();
	await until(async () => /role:master/.test(await replica.admin().info('replication')));
	await until(async () => {
		const found = await tier.get(key, never).catch(() => undefined);
		return found !== undefined;
	});
	await roundTrip(t, tier, 'cd'.repeat(32));
});

const never = new AbortController().signal;

async function roundTrip(t: ExecutionContext, tier: Tier, name = key): Promise<void> {
	t.is(await tier.get(name, never), undefined);
	const bytes = Buffer.from(`bytes of ${name}\0\xff`, 'latin1');
	await tier.put(name, bytes, never);
	t.deepEqual(await tier.get(name, never), bytes);
}

function configOf(text: string): {readonly shared: SharedConfig} {
	const {shared} = loadClientConfig({
		HOME: '/home/u',
		SCCACHE_CONF: file(`client-${Math.random()}.conf`, text),
	});
	if (shared === undefined) throw new Error('no shared cache');
	return {shared};
}

async function openWith(t: ExecutionContext, text: string): Promise<Tier> {
	const {shared, warnings} = loadClientConfig({
		HOME: '/home/u',
		SCCACHE_CONF: file(`client-${Math.random()}.conf`, text),
	});
	t.deepEqual(warnings, []);
	const [config] = shared?.tiers ?? [];
	if (shared === undefined || config === undefined) throw new Error('no shared cache');
	const tier = await openTier(config, sharedSecrets(shared), () => {});
	t.teardown(() => tier.close());
	return tier;
}

/** For its owner alone. */
function file(name: string, text: string): string {
	const path = join(folder, name);
	writeFileSync(path, text, {mode: 0o600});
	return path;
}

async function formCluster(servers: readonly RedisServer[]): Promise<void> {
	const share = Math.ceil(16_384 / servers.length);
	for (const [index, server] of servers.entries()) {
		const first = index * share;
		const last = Math.min(16_383, first + share - 1);
		await server.admin().call('CLUSTER', 'ADDSLOTSRANGE', first, last);
		await server.admin().call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
	}
	const [first] = servers;
	for (const {port} of servers.slice(1)) {
		await first?.admin().call('CLUSTER', 'MEET', '127.0.0.1', port);
	}
	for (const server of servers) {
		await until(async () => {
			const info = String(await server.admin().call('CLUSTER', 'INFO'));
			return /cluster_state:ok/.test(info) && /cluster_known_nodes:3/.test(info);
		});
	}
}
