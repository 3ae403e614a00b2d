import {Secret} from '../../lib/secret.js';
import type {SchedulerAnswers} from '../plan/answers.js';
import type {Facts} from './farm.js';
import {aboutAddresses, askAddress, offeredAddress} from './questions.js';

const port = 10600;

export async function gatherScheduler({
	given,
	existing,
	host,
	ask,
}: Facts): Promise<SchedulerAnswers> {
	const publicAddress = await askAddress(
		{
			given: given.schedulerAddress,
			flag: '--scheduler-address',
			question: 'Address of the scheduler',
			about: `Where the other hosts reach this one.${aboutAddresses(host)}`,
		},
		{fallback: existing.scheduler?.publicAddress ?? offeredAddress(host, port), port},
		ask,
	);
	const made = () => new Secret(host.randomBytes(32).toString('base64url'));
	return {
		publicAddress,
		clientToken: existing.scheduler?.hasClientAuth === true ? undefined : made(),
		secretKey: existing.scheduler?.hasServerAuth === true ? undefined : made(),
	};
}
