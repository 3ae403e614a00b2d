import {statSync} from 'node:fs';
import {join} from 'node:path';
import {AppError, systemCode} from '../../lib/errors.js';
import {SqliteConnection} from '../../lib/sqlite-connection.js';
import {rebuildStep} from '../adopt.js';
import {BlobFiles} from '../blob-files.js';
import {type CacheIndex, cacheIndex} from '../cache-index.js';
import {learnPackages} from '../learn-packages.js';
import {indexSchema} from '../schema.js';
import {storeError} from '../store-error.js';

/** Each manifest is looked at once. */
const memoryBytes = 4 << 20;

/** A cache, open to look after it while daemons use it. */
export interface CacheFolder {
	readonly index: CacheIndex;
	readonly blobs: BlobFiles;
	/** The index could not be read, and was made anew. */
	readonly isIndexNew: boolean;
	/** Sets the index aside and makes it anew from the blobs. */
	renew(reason: Error): CacheFolder;
}

export interface CacheFolderOptions {
	readonly dir: string;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	/** Writes nothing at all; else the index is brought up to date first. */
	readonly readOnly: boolean;
}

/** Undefined: there is no cache. Throws an AppError of a STORE_* code. */
export function withCacheFolder<Answer>(
	{dir, now, readOnly}: CacheFolderOptions,
	act: (folder: CacheFolder) => Answer,
): Answer | undefined {
	if (!isThere(dir)) return undefined;
	let isIndexNew = false;
	const connection = new SqliteConnection<CacheIndex>({
		path: join(dir, 'index.db'),
		schema: indexSchema,
		readOnly,
		now,
		onSetAside: () => {
			isIndexNew = true;
		},
		contents: (database, writable) => cacheIndex(database, writable, memoryBytes),
	});
	const blobs = new BlobFiles(dir);
	const open = (): CacheFolder => {
		const index = readOnly ? connection.toRead() : connection.toWrite();
		if (index === undefined) throw unreadable(dir);
		if (!readOnly) bringUpToDate(index, blobs);
		return {
			index,
			blobs,
			isIndexNew,
			renew: reason => {
				connection.setCurrentAside(reason);
				return open();
			},
		};
	};
	try {
		return act(open());
	} catch (error) {
		throw storeError(error, dir);
	} finally {
		connection.close();
	}
}

/** Entries that an interrupted rebuild left out, and packages that an older version did not note. */
function bringUpToDate(index: CacheIndex, blobs: BlobFiles): void {
	while (rebuildStep(index, blobs));
	while (learnPackages(index, blobs));
}

function isThere(dir: string): boolean {
	try {
		return statSync(join(dir, 'blobs'), {throwIfNoEntry: false}) !== undefined;
	} catch (error) {
		if (systemCode(error) !== 'EACCES') throw error;
		throw new AppError('STORE_UNWRITABLE', `the cache in ${dir} is closed to you`, {
			hint: "run this as root, or as the user of sccache's daemon",
			fields: {dir},
			cause: error,
		});
	}
}

function unreadable(dir: string): AppError {
	return new AppError('STORE_DAMAGED', `the index of the cache in ${dir} can't be read`, {
		hint: "'sccache-gentoo cache verify' makes it anew",
		fields: {dir},
	});
}
