import {type SharedConfig, sharedSecrets, tierLocation} from '../../config/shared-config.js';
import {tryTier} from '../../tiers/try-tier.js';
import type {SharedFacts} from '../verdicts/shared.js';

/** Each shared cache is read, and written to where it may be. */
export function probeShared(shared: SharedConfig): Promise<readonly SharedFacts[]> {
	const secrets = sharedSecrets(shared);
	return Promise.all(
		shared.tiers.map(async tier => ({
			location: tierLocation(tier),
			trial: await tryTier(tier, secrets),
		})),
	);
}
