import {join} from 'node:path';
import {AppError, systemCode} from '../lib/errors.js';
import {openToRead} from '../lib/open-sqlite-file.js';
import {statisticsSchema} from './schema.js';
import {Tables} from './tables.js';

/**
 * Asks the statistics that another process keeps, of what it has written down. Undefined: there are none yet. Throws AppError
 * STATISTICS_LOST where there are some that can't be read.
 */
export function readStatistics<Answer>(
	dir: string,
	question: (tables: Tables) => Answer,
): Answer | undefined {
	const path = join(dir, 'stats.db');
	try {
		const database = openToRead({path, schema: statisticsSchema});
		try {
			return question(new Tables(database));
		} finally {
			database.close();
		}
	} catch (error) {
		const code = systemCode(error);
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		const reason = error instanceof Error ? error.message : String(error);
		throw new AppError('STATISTICS_LOST', `${path} can't be read: ${reason}`, {
			...(code === 'EACCES' && {hint: "ask as root, or as the user of sccache's daemon"}),
			cause: error,
		});
	}
}
