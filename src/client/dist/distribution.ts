import {join} from 'node:path';
import type {DistConfig} from '../../config/dist-config.js';
import {Connections} from '../../http/client.js';
import type {Log} from '../../lib/log.js';
import {ArchiveCache} from '../../toolchain/archive-cache.js';
import {askHere} from '../../toolchain/ask-compiler.js';
import {Packer} from '../../toolchain/packer.js';
import {logTargets} from '../log-targets.js';
import {Slots} from '../slots.js';
import {BodyMemory} from './body-memory.js';
import {CanonicalNames} from './canonical-names.js';
import {Forecast} from './forecast.js';
import {FileForesight} from './foresee-files.js';
import {InputsThere} from './inputs-there.js';
import {Schedulers} from './schedulers.js';
import {ServerMemory} from './server-memory.js';
import {tellPacking} from './tell-toolchains.js';
import {Uploads} from './uploads.js';

/** Everything that a worker sends compiles away with. */
export interface Distribution {
	/** The name of this machine. */
	readonly host: string;
	readonly connections: Connections;
	readonly schedulers: Schedulers;
	/** Undefined while its folder is being opened, or when it can't be. */
	readonly packer: () => Packer | undefined;
	readonly uploads: Uploads;
	readonly bodies: BodyMemory;
	readonly inputsThere: InputsThere;
	readonly servers: ServerMemory;
	readonly forecast: Forecast;
	/** Compiles on this machine. */
	readonly slots: Slots;
	readonly files: FileForesight;
	readonly canonicalNames: CanonicalNames;
	/** Runs of the preprocessor on this machine. */
	readonly preprocessing: Slots;
	close(): void;
}

export interface DistributionOptions {
	readonly config: DistConfig;
	/** The name of this machine. */
	readonly host: string;
	/** Undefined: there should be one; a warning has said why there is none. */
	readonly token: string | undefined;
	/** Of this worker. */
	readonly slots: number;
	readonly nowMs: () => number;
	readonly log: Log;
	readonly onError: (error: unknown) => void;
}

/** Undefined without a token: the scheduler would refuse each job. */
export function createDistribution({
	config,
	host,
	token,
	slots: slotCount,
	nowMs,
	log,
	onError,
}: DistributionOptions): Distribution | undefined {
	if (token === undefined) return undefined;
	const connections = new Connections();
	const said = log.of(logTargets.dist);
	const schedulers = new Schedulers({
		...{urls: config.schedulerUrls, token, connections, onError},
		onBack: url => said.info('the scheduler is there again', {url}),
	});
	const slots = new Slots(slotCount);
	const folder = join(config.cacheDir, 'client');
	let packer: Packer | undefined;
	ArchiveCache.open({
		folder: join(folder, 'tc'),
		limitBytes: config.toolchainCacheSizeBytes,
		now: nowMs,
	}).then(archives => {
		packer = new Packer({
			...{folder, archives, settings: config.toolchains, ask: askHere, now: nowMs},
			onPacking: packing => tellPacking(said, packing),
		});
	}, onError);
	return {
		host,
		connections,
		schedulers,
		packer: () => packer,
		uploads: new Uploads(),
		bodies: new BodyMemory(),
		inputsThere: new InputsThere(),
		servers: new ServerMemory(nowMs),
		forecast: new Forecast(slots),
		slots,
		files: new FileForesight(),
		canonicalNames: new CanonicalNames(),
		preprocessing: new Slots(Math.max(1, slotCount)),
		close() {
			schedulers.close();
			connections.close();
		},
	};
}
