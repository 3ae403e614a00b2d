import type {SharedConfig, SharedSecrets, TierConfig} from '../config/shared-config.js';
import type {Log} from '../lib/log.js';
import {Level} from './level.js';
import {Seal} from './seal.js';
import {SharedTiers} from './shared-tiers.js';
import type {Tier} from './tier.js';
import type {TierCounter} from './tier-counter.js';
import {reasonOf} from './within.js';

export interface OpenTiersOptions {
	readonly shared: SharedConfig;
	readonly secrets: SharedSecrets;
	/** Milliseconds of a clock that never goes back. */
	readonly nowMs: () => number;
	readonly count: (tier: string, counter: TierCounter, value: number) => void;
	readonly log: Log;
	/** What went wrong without a compile noticing. */
	readonly onError: (error: unknown) => void;
}

/** Connects to nothing yet. */
export async function openTiers({
	shared,
	secrets,
	nowMs,
	count,
	log,
	onError,
}: OpenTiersOptions): Promise<SharedTiers> {
	const seal = new Seal(secrets.signingKey);
	const open = async (config: TierConfig) => {
		const name = config.kind;
		return new Level({
			name,
			tier: await openTier(config, secrets, error => log.debug(name, {error: reasonOf(error)})),
			writable: config.writable,
			seal,
			nowMs,
			count: (counter, value) => count(name, counter, value),
			log,
		});
	};
	const levels = await Promise.all(shared.tiers.map(open));
	return new SharedTiers({levels, seal, nowMs, onError});
}

/** Libraries are loaded for the kinds that are there. `onTrouble`: with a connection, of which whoever asks hears too. */
export async function openTier(
	config: TierConfig,
	secrets: SharedSecrets,
	onTrouble: (error: unknown) => void,
): Promise<Tier> {
	switch (config.kind) {
		case 'redis':
			return (await import('./redis-tier.js')).redisTier(config, secrets, onTrouble);
		case 's3':
			return (await import('./s3-tier.js')).s3Tier(config);
		case 'webdav':
			return (await import('./webdav-tier.js')).webdavTier(config, secrets);
	}
}
