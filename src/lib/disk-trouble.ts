import {AppError, systemCode} from './errors.js';
import {type SqliteTrouble, sqliteTrouble} from './sqlite.js';

/** What an error of a file or a database means; undefined for a mistake of ours. */
export function diskTrouble(error: unknown): SqliteTrouble | undefined {
	const trouble = sqliteTrouble(error);
	if (trouble !== undefined || error instanceof AppError) return trouble;
	const code = systemCode(error);
	if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return undefined;
	return code === 'ENOSPC' || code === 'EDQUOT' ? 'full' : 'unwritable';
}
