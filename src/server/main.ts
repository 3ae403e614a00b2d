import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {serverBearer} from '../auth/server-check.js';
import type {ServerConfig} from '../config/server-config.js';
import {Connections} from '../http/client.js';
import {type HttpServer, listen} from '../http/listen.js';
import type {Log} from '../lib/log.js';
import {notifySystemd} from '../lib/notify-systemd.js';
import {usableCores, wholeCores} from '../lib/usable-cores.js';
import {createMetrics} from '../metrics/create-metrics.js';
import {readersWith} from '../metrics/readers.js';
import {type Endpoint, formatAddress, parseAddress} from '../protocol/dist/address.js';
import {Flights} from '../results/flights.js';
import {isDiskError, ResultStore} from '../results/result-store.js';
import {openSandbox, type Sandbox, type SandboxOptions} from '../sandbox/open.js';
import {ArchiveCache} from '../toolchain/archive-cache.js';
import {usualUnpackLimits} from '../toolchain/unpack.js';
import {UnpackedStore} from '../toolchain/unpacked-store.js';
import {type BuildServer, createBuildServer, knownInputsBytes} from './build-server.js';
import {readMemory} from './host.js';
import {createIdentity, type Identity} from './identity.js';
import type {Results} from './obtain-result.js';
import {tellRequestError} from './request-errors.js';

export interface ServerOptions {
	readonly config: ServerConfig;
	readonly log: Log;
	readonly version: string;
	/** What the launcher found; see `SandboxOptions`. */
	readonly namespace: string | undefined;
	/** NOTIFY_SOCKET, under systemd. */
	readonly notifySocket: string | undefined;
}

/** For answers that are on their way. */
const closeMs = 5000;
/** A certificate lasts for months. */
const renewEveryMs = 60 * 60 * 1000;
/** A second word to end means: at once. */
const drainMs = 60_000;

/**
 * The build server, from its start to its end. Throws AppError SANDBOX_UNAVAILABLE, TOOLCHAIN_STORE_FAILED, ADDRESS_IN_USE or
 * ADDRESS_UNUSABLE.
 */
export async function runServer(options: ServerOptions): Promise<void> {
	const {config, log, namespace} = options;
	const stop = stopSignals();
	for (const warning of config.warnings) log.warn(warning);
	const slots = config.maxJobs ?? wholeCores(usableCores());
	const sandbox = await openSandbox(sandboxOptions(config, namespace));
	const connections = new Connections();
	try {
		await serveIn(sandbox, {...options, slots, connections, stop});
	} finally {
		connections.close();
		await sandbox.close();
	}
}

interface Serving extends ServerOptions {
	readonly slots: number;
	readonly connections: Connections;
	readonly stop: ReturnType<typeof stopSignals>;
}

async function serveIn(sandbox: Sandbox, serving: Serving): Promise<void> {
	const {config, log, version, slots, connections, notifySocket, stop} = serving;
	const store = await openStore(config, sandbox);
	const results = await openResults(config, log);
	const identity = await createIdentity(endpointOf(config.publicAddress), Date.now);
	const server = createBuildServer({
		...{config, slots, sandbox, store, results, identity, log},
		metrics: createMetrics({component: 'server', version}),
		refuseReader: readersWith(config.metricsToken),
		connections,
		schedulerUrls: config.schedulerUrls,
		schedulerToken: serverBearer(config.schedulerAuth, config.publicAddress),
	});
	const http = await listen({
		...endpointOf(config.bindAddress),
		routes: server.routes,
		identity: identity.certificate(),
		onError: tellRequestError(log),
	});
	const renewing = setInterval(() => {
		renew(identity, http, server).catch(error =>
			log.error('the certificate can not be renewed', {error: String(error)}),
		);
	}, renewEveryMs);
	server.start();
	log.info('the build server listens', {
		address: formatAddress(http.endpoint),
		slots,
		limits: sandbox.limitsBy,
		pid: process.pid,
	});
	await notifySystemd(notifySocket, 'READY=1');
	await stop.first;
	log.info('the build server ends');
	await notifySystemd(notifySocket, 'STOPPING=1');
	await server.drain(drainMs, stop.second);
	clearInterval(renewing);
	await http.close(closeMs);
	await server.end();
}

/** Bigger than the compiler's outputs, smaller than the machine's memory. */
function sandboxOptions(
	{builder, limits}: ServerConfig,
	namespace: string | undefined,
): SandboxOptions {
	const {totalBytes} = readMemory();
	const halfBytes = Math.floor(totalBytes / 2);
	return {
		buildDir: builder.buildDir,
		bwrapPath: builder.bwrapPath,
		namespace: namespaceOf(namespace),
		scratch: {bytes: Math.min(2 * limits.outputSizeBytes, halfBytes)},
		layerBytes: knownInputsBytes(totalBytes),
		user: {uid: nobody, gid: nobody},
		cgroupMount: '/sys/fs/cgroup',
	};
}

const nobody = 65_534;

function namespaceOf(text: string | undefined): SandboxOptions['namespace'] {
	return text === 'root' || text === 'user' || text === 'none' ? text : undefined;
}

/** Unpacked, a toolchain is three times what it was. */
const unpackedShare = 4;

async function openStore(config: ServerConfig, sandbox: Sandbox): Promise<UnpackedStore> {
	const {cacheDir, toolchainCacheSizeBytes: limitBytes, builder} = config;
	const archives = await ArchiveCache.open({
		folder: join(cacheDir, 'tc'),
		limitBytes,
		now: Date.now,
	});
	return UnpackedStore.open({
		folder: join(builder.buildDir, 'toolchains'),
		archives,
		limitBytes: unpackedShare * limitBytes,
		unpackLimits: usualUnpackLimits,
		bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
		beforeRemoval: () => sandbox.cleared(),
	});
}

/** A server that can't keep results is one that compiles. */
async function openResults(
	{cacheDir, resultCacheSizeBytes: limitBytes}: ServerConfig,
	log: Log,
): Promise<Results | undefined> {
	if (limitBytes === 0) return undefined;
	const folder = join(cacheDir, 'results');
	const onTrouble = (trouble: string, error: unknown) =>
		log.warn(trouble, {folder, ...(error === undefined ? {} : {error: String(error)})});
	try {
		const store = await ResultStore.open({folder, limitBytes, now: Date.now, onTrouble});
		return {store, flights: new Flights()};
	} catch (error) {
		if (!isDiskError(error)) throw error;
		onTrouble('results of jobs are not kept', error);
		return undefined;
	}
}

async function renew(identity: Identity, http: HttpServer, server: BuildServer): Promise<void> {
	const certificate = await identity.renewed();
	if (certificate === undefined) return;
	http.renew(certificate);
	server.renewed();
}

function stopSignals() {
	const next = () =>
		new Promise<void>(resolve => {
			const done = () => {
				process.off('SIGTERM', done).off('SIGINT', done);
				resolve();
			};
			process.on('SIGTERM', done).on('SIGINT', done);
		});
	const first = next();
	return {first, second: first.then(next)};
}

function endpointOf(address: string): Endpoint {
	const endpoint = parseAddress(address);
	if (endpoint === undefined) throw new Error(`${address} is no address`);
	return endpoint;
}
