import type {ConnectionOptions} from 'node:tls';
import {Cluster, type CommonRedisOptions, Redis} from 'ioredis';
import type {RedisConfig, SharedSecrets} from '../config/shared-config.js';
import {AppError} from '../lib/errors.js';
import {maxObjectBytes, type Tier, TooLarge} from './tier.js';
import {reasonOf} from './within.js';

const connectTimeoutMs = 5000;
/** Commands that nobody answers for so long end with their connection. */
const silenceMs = 15_000;
const longestReconnectMs = 2000;

/** Redis: one server, one that sentinels name, or a cluster. It connects when it is first asked. */
export function redisTier(
	config: RedisConfig,
	secrets: SharedSecrets,
	onTrouble: (error: unknown) => void,
): Tier {
	const redis = connect(config, secrets);
	let why = 'no answer';
	// Each command fails for itself; without a listener this would end the process.
	redis.on('error', error => {
		why = reasonOf(error);
		onTrouble(error);
	});
	/** What is sent while there is no connection would wait for one. */
	const whileConnected = async <Reply>(send: () => Promise<Reply>): Promise<Reply> => {
		if (isAway.has(redis.status)) throw unreachable(why);
		try {
			return await send();
		} catch (error) {
			throw error instanceof Error && error.name === 'MaxRetriesPerRequestError'
				? unreachable(why)
				: error;
		}
	};
	const name = (key: string): string =>
		config.keyPrefix === '' ? key : `${config.keyPrefix}/${key}`;
	return {
		async get(key) {
			// One byte more than it may have: of what is too large no more is read.
			const found = await whileConnected(() => redis.getrangeBuffer(name(key), 0, maxObjectBytes));
			if (found.length > maxObjectBytes) throw new TooLarge();
			return found.length === 0 ? undefined : found;
		},
		async put(key, bytes) {
			const {ttlS} = config;
			await whileConnected(() =>
				ttlS === undefined ? redis.set(name(key), bytes) : redis.set(name(key), bytes, 'EX', ttlS),
			);
		},
		close: () => redis.disconnect(),
	};
}

const isAway: ReadonlySet<string> = new Set(['reconnecting', 'close', 'end']);

function unreachable(reason: string): AppError {
	return new AppError('PEER_UNREACHABLE', `Redis can't be reached: ${reason}`, {fields: {reason}});
}

function connect(config: RedisConfig, secrets: SharedSecrets): Redis | Cluster {
	const {topology, db} = config;
	const tls = tlsOf(config);
	const options = optionsOf(config, secrets);
	switch (topology.kind) {
		case 'single':
			return new Redis({...options, ...topology.node, db});
		case 'sentinel':
			return new Redis({
				...options,
				...optional({sentinelPassword: secrets.sentinelPassword}),
				sentinels: [...topology.sentinels],
				name: topology.master,
				db,
				...(tls === undefined ? {} : {enableTLSForSentinelMode: true, sentinelTLS: tls}),
				sentinelRetryStrategy: reconnectAfterMs,
				sentinelCommandTimeout: connectTimeoutMs,
			});
		case 'cluster':
			return new Cluster([...topology.nodes], {
				redisOptions: options,
				lazyConnect: true,
				clusterRetryStrategy: reconnectAfterMs,
				slotsRefreshTimeout: connectTimeoutMs,
				// With TLS a node is known by the name that its certificate has.
				...(config.tls === 'verified' ? {dnsLookup: (host, found) => found(null, host)} : {}),
			});
	}
}

/** Nothing is sent a second time: what fails is a miss. */
function optionsOf(config: RedisConfig, secrets: SharedSecrets) {
	const tls = tlsOf(config);
	return {
		...optional({username: config.username, password: secrets.redisPassword}),
		...(tls === undefined ? {} : {tls}),
		lazyConnect: true,
		connectTimeout: connectTimeoutMs,
		socketTimeout: silenceMs,
		maxRetriesPerRequest: 0,
		autoResendUnfulfilledCommands: false,
		retryStrategy: reconnectAfterMs,
		connectionName: 'sccache-gentoo',
		// RESP 2 is all that these commands need, and servers from before 6 know no other.
		protocol: 2,
		disableClientInfo: true,
	} satisfies CommonRedisOptions;
}

function tlsOf({tls}: RedisConfig): ConnectionOptions | undefined {
	if (tls === 'none') return undefined;
	return {rejectUnauthorized: tls === 'verified'};
}

const reconnectAfterMs = (times: number): number =>
	Math.min(longestReconnectMs, 50 * 2 ** Math.min(times, 10));

/** Without what is undefined. */
function optional<Options extends Record<string, string | undefined>>(
	options: Options,
): {[Name in keyof Options]?: string} {
	return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
		[Name in keyof Options]?: string;
	};
}
