import {decodeJwt} from 'jose';
import {deepFreeze} from '../lib/deep-freeze.js';
import {AppError} from '../lib/errors.js';
import type {Secret} from '../lib/secret.js';
import {canonicalAddress} from './address.js';
import {readDaemonFile} from './daemon-file.js';
import {metricsToken} from './metrics-table.js';
import {findSecret} from './secret-file.js';
import {type ServerFile, serverSchema} from './server-schema.js';
import {allSchedulers} from './values.js';

/** What a build server is told by its file. */
export interface ServerConfig {
	readonly file: string;
	/** `host:port`, as the scheduler and clients know it. The host may be a name. */
	readonly publicAddress: string;
	/** `host:port` to listen on. */
	readonly bindAddress: string;
	/** Where toolchains are kept as they came, and results of jobs. */
	readonly cacheDir: string;
	readonly toolchainCacheSizeBytes: number;
	/** Of results of jobs; 0: none are kept. */
	readonly resultCacheSizeBytes: number;
	/** At least one, each with a `/` at its end; all of them are told of this server. */
	readonly schedulerUrls: readonly string[];
	/** How it shows the scheduler who it is. */
	readonly schedulerAuth:
		| {readonly type: 'DANGEROUSLY_INSECURE'}
		| {readonly type: 'jwt_token'; readonly token: Secret}
		| {readonly type: 'token'; readonly token: Secret};
	readonly builder: {
		readonly type: 'overlay';
		readonly buildDir: string;
		readonly bwrapPath: string;
	};
	/** Jobs at once; undefined: as many as there are cores. */
	readonly maxJobs: number | undefined;
	/** For the jobs; undefined: as the server itself. */
	readonly nice: number | undefined;
	readonly limits: JobLimits;
	/** What must be free for one more job. */
	readonly memoryPerJobBytes: number;
	/** For /metrics; undefined: programs of this host alone may read it. */
	readonly metricsToken: Secret | undefined;
	/** What the user should hear of. */
	readonly warnings: readonly string[];
}

/** What one job may use. */
export interface JobLimits {
	readonly wallMs: number;
	/** undefined: no limit. */
	readonly memoryBytes: number | undefined;
	readonly processes: number;
	readonly openFiles: number;
	/** Of all its outputs together. */
	readonly outputSizeBytes: number;
}

const gibibyte = 1024 ** 3;

/** Throws CONFIG_UNREADABLE, CONFIG_INVALID. */
export function loadServerConfig(path: string): ServerConfig {
	const {values, warnings} = readDaemonFile(path, serverSchema);
	const scheduler = schedulerAuth(values.scheduler_auth);
	if (scheduler.auth.type === 'jwt_token') {
		checkServerId(scheduler.auth.token, values.public_addr, path);
	}
	const metrics = metricsToken(values.metrics);
	return deepFreeze({
		file: path,
		publicAddress: values.public_addr,
		bindAddress: values.bind_address ?? values.public_addr,
		cacheDir: values.cache_dir,
		toolchainCacheSizeBytes: values.toolchain_cache_size ?? 10 * gibibyte,
		resultCacheSizeBytes: values.result_cache_size ?? 2 * gibibyte,
		schedulerUrls: allSchedulers(values),
		schedulerAuth: scheduler.auth,
		builder: overlayBuilder(values.builder),
		maxJobs: values.max_jobs,
		nice: values.nice,
		limits: jobLimits(values.limits ?? {}),
		memoryPerJobBytes: values.memory_per_job ?? gibibyte / 2,
		metricsToken: metrics.secret,
		warnings: [...warnings, ...scheduler.warnings, ...metrics.warnings],
	});
}

function overlayBuilder(table: ServerFile['builder']): ServerConfig['builder'] {
	if (table.type !== 'overlay') throw new Error(`builder ${table.type} was not refused`);
	return {type: table.type, buildDir: table.build_dir, bwrapPath: table.bwrap_path};
}

function jobLimits(table: NonNullable<ServerFile['limits']>): JobLimits {
	return {
		wallMs: (table.wall_seconds ?? 1200) * 1000,
		memoryBytes: table.memory,
		processes: table.processes ?? 512,
		openFiles: table.open_files ?? 1024,
		outputSizeBytes: table.output_size ?? gibibyte,
	};
}

function schedulerAuth(table: ServerFile['scheduler_auth']): {
	readonly auth: ServerConfig['schedulerAuth'];
	readonly warnings: readonly string[];
} {
	if (table.type === 'DANGEROUSLY_INSECURE') return {auth: table, warnings: []};
	const {secret: token, warnings} = findSecret(table.token, table.token_file);
	return {auth: {type: table.type, token}, warnings};
}

/** The scheduler alone can tell whether the token is good, but for another address it certainly is not. */
function checkServerId(token: Secret, publicAddress: string, file: string): void {
	const claimed = claimedServerId(token);
	if (claimed === undefined) {
		throw new AppError('CONFIG_INVALID', `${file}: scheduler_auth: not a token of a server`, {
			hint: howToMakeOne(publicAddress),
		});
	}
	if ((canonicalAddress(claimed) ?? claimed) !== publicAddress) {
		const message = `${file}: scheduler_auth: the token is for ${claimed}, but public_addr is ${publicAddress}`;
		throw new AppError('CONFIG_INVALID', message, {hint: howToMakeOne(publicAddress)});
	}
}

function claimedServerId(token: Secret): string | undefined {
	try {
		const {server_id: claimed} = decodeJwt(token.reveal());
		return typeof claimed === 'string' ? claimed : undefined;
	} catch {
		return undefined;
	}
}

const howToMakeOne = (address: string): string =>
	`on the scheduler: sccache-dist auth generate-jwt-hs256-server-token --server ${address} --config /etc/sccache/scheduler.conf`;
