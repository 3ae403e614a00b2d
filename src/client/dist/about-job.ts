import {basename} from 'node:path/posix';
import type {JobRequirements} from '../../protocol/dist/extensions.js';
import {readable} from '../readable.js';
import type {Traveller} from './traveller.js';

/** What the scheduler may tell people of a job, no longer than it takes it. */
export function aboutJob(
	host: string,
	{about, unit}: Pick<Traveller, 'about' | 'unit'>,
): JobRequirements['about'] {
	return {
		host: host.slice(0, 64),
		package: readable(unit.package).slice(0, 256),
		unit: readable(basename(about.source)).slice(0, 256),
	};
}
