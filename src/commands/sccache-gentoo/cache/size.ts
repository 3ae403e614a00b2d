import {Command, Flags} from '@oclif/core';
import {processEnvironment} from '../../../config/environment.js';
import {type AgeBand, ageBands} from '../../../store/upkeep/age-bands.js';
import {lookOf} from '../terminal-look.js';
import {type PackageRow, packageRows} from './package-rows.js';
import {sizeText} from './size-text.js';
import {cacheConfig, choiceOf, inCache, packageFlag} from './the-cache.js';

export interface CacheSizeAnswer {
	readonly dir: string;
	readonly entries: number;
	readonly sizeBytes: number;
	readonly limitBytes: number;
	readonly packages: readonly PackageRow[];
	/** Of the whole cache. */
	readonly ages: readonly AgeBand[];
}

export class CacheSize extends Command {
	static override description = `Show what the cache holds, by package and by when it was last used.

A quota is what one package may take of a full cache: what is above it makes room first.`;
	static override examples = [
		'<%= config.bin %> cache size',
		'<%= config.bin %> cache size --by version --package dev-qt/qtbase',
		'<%= config.bin %> cache size --json',
	];
	static override enableJsonFlag = true;
	static override flags = {
		by: Flags.option({
			description: 'A line for each',
			options: ['package', 'version'] as const,
			default: 'package',
		})(),
		package: packageFlag,
	};

	async run(): Promise<CacheSizeAnswer> {
		const {flags} = await this.parse(CacheSize);
		const isMeant = choiceOf(flags.package);
		const config = await cacheConfig();
		const nowMs = Date.now();
		const found = inCache(config, {readOnly: false}, ({index}) => ({
			state: index.entries.state(),
			uses: index.packages.uses(),
			ages: ageBands(index, nowMs),
		}));
		const {cacheDir: dir, cacheSizeBytes: limitBytes, packageQuotas} = config;
		const sizeBytes = found?.state.size ?? 0;
		const uses = (found?.uses ?? []).filter(({version}) => isMeant?.(version) ?? true);
		const answer: CacheSizeAnswer = {
			dir,
			entries: found?.state.entries ?? 0,
			sizeBytes,
			limitBytes,
			packages: packageRows(uses, flags.by, sizeBytes, packageQuotas),
			ages: found?.ages ?? [],
		};
		if (this.jsonEnabled()) return answer;
		const {isColoured, width} = lookOf(process.stdout, processEnvironment());
		const look = {isColoured, width: process.stdout.isTTY ? width : undefined};
		process.stdout.write(sizeText(answer, flags.by, flags.package === undefined, nowMs, look));
		return answer;
	}
}
