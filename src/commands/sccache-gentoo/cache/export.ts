import {closeSync, openSync, rmSync, writeSync} from 'node:fs';
import {Args, Command} from '@oclif/core';
import {AppError, systemCode} from '../../../lib/errors.js';
import {size} from '../../../lib/human.js';
import {type Exported, exportEntries} from '../../../store/upkeep/export.js';
import {countedEntries} from './entries-text.js';
import {cacheConfig, choiceOf, inCache, packageFlag, progressOf} from './the-cache.js';

export class CacheExport extends Command {
	static override description =
		`Write entries of the cache into a file, for 'cache import' on another host.

They are found there by the same compiler and the same sources.`;
	static override examples = [
		'<%= config.bin %> cache export chromium.sgcache --package www-client/chromium',
	];
	static override enableJsonFlag = true;
	static override args = {
		file: Args.string({description: 'The file, which must not be there yet', required: true}),
	};
	static override flags = {package: packageFlag};

	async run(): Promise<Exported> {
		const {args, flags} = await this.parse(CacheExport);
		const isMeant = choiceOf(flags.package) ?? (() => true);
		const config = await cacheConfig();
		const progress = progressOf(!this.jsonEnabled());
		// As whoever runs this: the cache's owner need not have the right.
		const file = create(args.file);
		let exported: Exported | undefined;
		try {
			exported = inCache(config, {readOnly: true}, folder =>
				exportEntries(
					folder,
					isMeant,
					bytes => writeAll(file, bytes, args.file),
					(done, of) => progress.show(`${done} of ${countedEntries(of)} written`),
				),
			);
		} finally {
			progress.clear();
			closeSync(file);
			if (exported === undefined || exported.entries === 0) remove(args.file);
		}
		const answer = exported ?? {entries: 0, sizeBytes: 0, damaged: 0};
		this.log(
			answer.entries === 0
				? 'nothing to export'
				: `wrote ${countedEntries(answer.entries)}, ${size(answer.sizeBytes)}, to ${args.file}`,
		);
		if (answer.damaged > 0) {
			this.warn(
				`${countedEntries(answer.damaged)} left out, being damaged: see '${this.config.bin} cache verify'`,
			);
		}
		return answer;
	}
}

function create(path: string): number {
	try {
		return openSync(path, 'wx', 0o644);
	} catch (error) {
		throw unwritable(path, error);
	}
}

function writeAll(file: number, bytes: Buffer, path: string): void {
	try {
		for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
	} catch (error) {
		throw unwritable(path, error);
	}
}

/** We may have become someone else, who may not. */
function remove(path: string): void {
	process.seteuid?.(process.getuid?.() ?? 0);
	rmSync(path, {force: true});
}

function unwritable(path: string, error: unknown): unknown {
	const code = systemCode(error);
	if (code === undefined) return error;
	const reason = code === 'EEXIST' ? 'it is there already' : code;
	return new AppError('CACHE_ARCHIVE_UNWRITABLE', `${path} can't be written: ${reason}`, {
		hint: 'name a file that is not there yet, on a disk with room',
		fields: {path},
		cause: error,
	});
}
