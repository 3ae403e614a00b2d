import type {SharedConfig, SharedSecrets, TierConfig} from '../config/shared-config.js';
import type {Log} from '../lib/log.js';
import {Level} from './level.js';
import {redisTier} from './redis-tier.js';
import {s3Tier} from './s3-tier.js';
import {Seal} from './seal.js';
import {SharedTiers} from './shared-tiers.js';
import type {Tier} from './tier.js';
import type {TierCounter} from './tier-counter.js';
import {webdavTier} from './webdav-tier.js';
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
export function openTiers({
	shared,
	secrets,
	nowMs,
	count,
	log,
	onError,
}: OpenTiersOptions): SharedTiers {
	const seal = new Seal(secrets.signingKey);
	const levels = shared.tiers.map(config => {
		const name = config.kind;
		return new Level({
			name,
			tier: openTier(config, secrets, error => log.debug(name, {error: reasonOf(error)})),
			writable: config.writable,
			seal,
			nowMs,
			count: (counter, value) => count(name, counter, value),
			log,
		});
	});
	return new SharedTiers({levels, seal, nowMs, onError});
}

/** `onTrouble`: with a connection, of which whoever asks hears too. */
export function openTier(
	config: TierConfig,
	secrets: SharedSecrets,
	onTrouble: (error: unknown) => void,
): Tier {
	switch (config.kind) {
		case 'redis':
			return redisTier(config, secrets, onTrouble);
		case 's3':
			return s3Tier(config);
		case 'webdav':
			return webdavTier(config, secrets);
	}
}
