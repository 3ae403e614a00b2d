import {closeSync, existsSync, fstatSync, openSync, readSync} from 'node:fs';
import {Args, Command} from '@oclif/core';
import {AppError, systemCode} from '../../../lib/errors.js';
import {size} from '../../../lib/human.js';
import {openStore} from '../../../store/open.js';
import {type ReadAt, readArchive} from '../../../store/upkeep/archive.js';
import {type Imported, importEntries} from '../../../store/upkeep/import.js';
import {countedEntries} from './entries-text.js';
import {actAsOwner, cacheConfig, progressOf} from './the-cache.js';

export class CacheImport extends Command {
	static override description = `Put entries into the cache that 'cache export' wrote.

Each is checked first; what the cache has already stays as it is. Builds will use what is imported: take files only from whom you would take
binary packages.`;
	static override examples = ['<%= config.bin %> cache import chromium.sgcache'];
	static override enableJsonFlag = true;
	static override args = {file: Args.string({description: 'The file', required: true})};

	async run(): Promise<Imported> {
		const {args} = await this.parse(CacheImport);
		const {cacheDir: dir, cacheSizeBytes: limitBytes, packageQuotas: quotas} = await cacheConfig();
		if (!existsSync(dir)) throw noCache(dir);
		const progress = progressOf(!this.jsonEnabled());
		// As whoever runs this: the cache's owner need not have the right.
		const file = open(args.file);
		actAsOwner(dir);
		const store = openStore({dir, limitBytes, quotas, mode: 'READ_WRITE', now: Date.now});
		try {
			const archive = readArchive(readerOf(file), fstatSync(file).size, args.file);
			const answer = importEntries(archive, store, dir, done =>
				progress.show(`${countedEntries(done)} read`),
			);
			progress.clear();
			this.log(
				`added ${countedEntries(answer.entries)}, ${size(answer.sizeBytes)}; ${countedEntries(answer.known)} the cache had already`,
			);
			if (answer.refused > 0) {
				this.warn(
					`${countedEntries(answer.refused)} refused: damaged, or larger than the whole cache`,
				);
				process.exitCode = 1;
			}
			return answer;
		} finally {
			progress.clear();
			store.close();
			closeSync(file);
		}
	}
}

function open(path: string): number {
	try {
		return openSync(path, 'r');
	} catch (error) {
		const code = systemCode(error);
		if (code === undefined) throw error;
		throw new AppError('CACHE_ARCHIVE_INVALID', `${path} can't be read: ${code}`, {cause: error});
	}
}

function noCache(dir: string): AppError {
	return new AppError('STORE_UNWRITABLE', `there is no cache in ${dir} yet`, {
		hint: "start sccache's daemon once, which makes it",
		fields: {dir},
	});
}

function readerOf(file: number): ReadAt {
	return (position, length) => {
		const bytes = Buffer.allocUnsafe(length);
		let filled = 0;
		while (filled < length) {
			const read = readSync(file, bytes, filled, length - filled, position + filled);
			if (read === 0) break;
			filled += read;
		}
		return bytes.subarray(0, filled);
	};
}
