import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {openStatistics} from '../../src/stats/open-stats.js';
import {readStatistics} from '../../src/stats/read-stats.js';
import type {CompileRecord} from '../../src/stats/record.js';
import type {Tables} from '../../src/stats/tables.js';

/** Statistics with these compiles, asked. */
export function asked<Answer>(
	t: ExecutionContext,
	compiles: readonly CompileRecord[],
	question: (tables: Tables) => Answer,
	foldMs?: number,
): Answer {
	const dir = mkdtempSync(join(tmpdir(), 'stats-views-test-'));
	t.teardown(() => rmSync(dir, {recursive: true}));
	const statistics = openStatistics({
		dir,
		now: () => 0,
		onError: error => t.fail(String(error)),
	});
	for (const compile of compiles) statistics.record(compile);
	statistics.flush();
	if (foldMs !== undefined) statistics.fold(foldMs);
	statistics.close();
	return readStatistics(dir, question) as Answer;
}
