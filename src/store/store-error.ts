import {diskTrouble} from '../lib/disk-trouble.js';
import {AppError, type ErrorCode} from '../lib/errors.js';
import type {SqliteTrouble} from '../lib/sqlite.js';

const codes = {
	damaged: 'STORE_DAMAGED',
	full: 'STORE_FULL',
	busy: 'STORE_BUSY',
	unwritable: 'STORE_UNWRITABLE',
} as const satisfies Record<SqliteTrouble, ErrorCode>;

const hints: Partial<Record<SqliteTrouble, string>> = {
	full: 'make room on the disk, or lower SCCACHE_CACHE_SIZE',
	unwritable: 'give the user that compiles the right to write there',
};

/** What went wrong with the cache, for the user. A mistake of ours stays what it is. */
export function storeError(error: unknown, dir: string): unknown {
	const trouble = diskTrouble(error);
	if (trouble === undefined || error instanceof AppError) return error;
	const hint = hints[trouble];
	const reason = error instanceof Error ? error.message : String(error);
	return new AppError(codes[trouble], `the cache in ${dir} could not be written: ${reason}`, {
		...(hint === undefined ? {} : {hint}),
		fields: {dir},
		cause: error,
	});
}
