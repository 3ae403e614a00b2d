import {Command, Errors, Flags} from '@oclif/core';
import {size} from '../../../lib/human.js';
import {parseSize} from '../../../lib/size.js';
import {type Trimmed, trim} from '../../../store/upkeep/trim.js';
import {parseSince} from '../stats/since.js';
import {countedEntries} from './entries-text.js';
import {cacheConfig, choiceOf, dryRunFlag, inCache, packageFlag} from './the-cache.js';

export interface CacheTrimAnswer extends Trimmed {
	readonly dryRun: boolean;
}

export class CacheTrim extends Command {
	static override description =
		`Remove entries from the cache: to a size, by when they were last used, by package.

Together, each narrows what goes: of the package, what is older, and more until the rest is small enough.`;
	static override examples = [
		'<%= config.bin %> cache trim --max-size 5G',
		'<%= config.bin %> cache trim --older-than 30d --dry-run',
		'<%= config.bin %> cache trim --package www-client/chromium --max-size 1G',
	];
	static override enableJsonFlag = true;
	static override flags = {
		'max-size': Flags.string({
			description: 'Until they take no more than this: 5G; those that were never served go first',
			helpValue: 'SIZE',
		}),
		'older-than': Flags.string({
			description: 'Those that were not used since then: 30d, 12w, or a date as 2026-01-31',
			helpValue: 'AGE',
		}),
		package: packageFlag,
		'dry-run': dryRunFlag,
	};

	async run(): Promise<CacheTrimAnswer> {
		const {flags} = await this.parse(CacheTrim);
		const {'max-size': maxSize, 'older-than': age, package: atom, 'dry-run': dryRun} = flags;
		if (maxSize === undefined && age === undefined && atom === undefined) {
			throw new Errors.CLIError('give at least one of --max-size, --older-than and --package', {
				exit: 2,
			});
		}
		const choice = {
			isMeant: choiceOf(atom),
			unusedSinceMs: timeOf(age),
			maxBytes: maxSize === undefined ? undefined : parseSize(maxSize),
		};
		const config = await cacheConfig();
		const trimmed = inCache(config, {readOnly: false}, folder => trim(folder, choice, {dryRun}));
		const answer = {...(trimmed ?? {entries: 0, sizeBytes: 0}), dryRun};
		this.log(
			`${dryRun ? 'would remove' : 'removed'} ${countedEntries(answer.entries)}, ${size(answer.sizeBytes)}`,
		);
		return answer;
	}
}

function timeOf(age: string | undefined): number | undefined {
	if (age === undefined) return undefined;
	const ms = parseSince(age, Date.now());
	if (ms !== undefined) return ms;
	throw new Errors.CLIError(`--older-than: ${age} is no age, as 30d or 2026-01-31 is`, {exit: 2});
}
