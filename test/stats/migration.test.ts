import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {localDay} from '../../src/stats/local-day.js';
import {openStatistics} from '../../src/stats/open-stats.js';
import type {CompileRecord} from '../../src/stats/record.js';
import {statisticsSchema} from '../../src/stats/schema.js';
import {compileRecord} from './compile-record.js';

/** Databases that earlier versions wrote. */

const dayMs = 24 * 60 * 60 * 1000;
const nowMs = Date.UTC(2026, 0, 1, 12);
const oldMs = nowMs - 91 * dayMs;

/** The first version's: two compiles, one of them old, the sums of a day, and counters. */
const firstVersion = `
	INSERT INTO names (id, name) VALUES
		(1, 'dev-libs/foo-1'), (2, '/work'), (3, '/usr/bin/gcc'), (4, 'gcc'), (5, 'c'), (6, 'a.c'),
		(7, 'miss'), (8, ''), (9, 'notCacheable'), (10, '-save-temps');
	INSERT INTO compiles VALUES
		(3, ${nowMs}, 1, 2, 3, 4, 5, 6, 9, 10, 7.5, 6.5, 0, 123, 0, 0, 0),
		(4, ${oldMs}, 1, 2, 3, 4, 5, 6, 7, 8, 110, 100, 0, 1000, 0, 0, 2);
	INSERT INTO days VALUES
		(${Math.floor(oldMs / dayMs) - 1}, 1, 3, 5, 7, 8, 40, 4400, 4000, 0, 40000, 1, 2, 80);
	INSERT INTO counters VALUES
		('requests', '', '', 2), ('misses', '', '', 1), ('notCacheable', '', '', 1),
		('languageMisses', 'c', 'gcc', 1), ('notCacheableReasons', '-save-temps', '', 1);
`;

const compile: CompileRecord = {
	...compileRecord,
	atMs: oldMs,
	server: '192.0.2.1:10501',
	elapsedMs: 50,
	compileMs: 40,
};

interface Place {
	readonly dir: string;
	query(sql: string): unknown[];
}

/** stats.db as the first version leaves it, with what `contents` puts there. */
function place(t: ExecutionContext, contents: string): Place {
	const dir = mkdtempSync(join(tmpdir(), 'stats-migration-test-'));
	t.teardown(() => rmSync(dir, {recursive: true}));
	const path = join(dir, 'stats.db');
	const database = new Database(path);
	database.exec(statisticsSchema[0] ?? '');
	database.exec(contents);
	database.pragma('user_version = 1');
	database.close();
	return {
		dir,
		query: sql => {
			const opened = new Database(path, {readonly: true});
			try {
				return opened.prepare(sql).all();
			} finally {
				opened.close();
			}
		},
	};
}

function open(t: ExecutionContext, dir: string, readOnly = false) {
	return openStatistics({
		dir,
		now: () => nowMs,
		onError: error => t.fail(String(error)),
		readOnly,
	});
}

test('every row, sum and counter of the first version is there after it, as compiled here', t => {
	const {dir, query} = place(t, firstVersion);
	const before = {
		compiles: query('SELECT * FROM compiles ORDER BY id'),
		days: query('SELECT * FROM days'),
		counters: query('SELECT * FROM counters ORDER BY counter'),
	};
	open(t, dir).close();
	// 8: the id of the empty name.
	const here = {server: 8, not_distributed: 8, failed_servers: 8};
	const now = (rows: readonly unknown[], lost: readonly number[]) =>
		rows.map((row, index) => ({...(row as object), ...here, lost_ms: lost[index]}));
	t.deepEqual(query('SELECT * FROM compiles ORDER BY id'), now(before.compiles, [1, 12]));
	const oldDay = Math.floor(oldMs / dayMs);
	t.deepEqual(query(`SELECT * FROM days WHERE day < ${oldDay}`), now(before.days, [480]));
	t.deepEqual(
		query(
			`SELECT day, compiles, compile_ms, lost_ms FROM days WHERE day >= ${oldDay} ORDER BY day`,
		),
		[
			{day: localDay(oldMs), compiles: 1, compile_ms: 100, lost_ms: 12},
			{day: localDay(nowMs), compiles: 1, compile_ms: 6.5, lost_ms: 1},
		],
	);
	t.deepEqual(query('SELECT * FROM counters ORDER BY counter'), before.counters);
	t.deepEqual(query(`SELECT name FROM sqlite_master WHERE name LIKE 'new_%'`), []);
	t.is(query(`SELECT 1 FROM sqlite_master WHERE name = 'compiles_by_time'`).length, 1);
});

test('counting goes on, and what is counted now joins the sums of then', t => {
	const {dir, query} = place(t, firstVersion);
	const statistics = open(t, dir);
	statistics.record(compile);
	statistics.flush();
	const counters = statistics.counters();
	t.is(counters.requests, 3);
	t.is(counters.misses, 2);
	t.deepEqual(counters.notCacheableReasons, {'-save-temps': 1});
	t.deepEqual(counters.distCompiles, {'192.0.2.1:10501': 1});
	statistics.fold(nowMs);
	statistics.close();
	t.deepEqual(
		query(`SELECT s.name AS server, sum(compiles) AS compiles, sum(compile_ms) AS compile_ms,
				sum(write_errors) AS write_errors
			FROM days JOIN names s ON s.id = server GROUP BY 1 ORDER BY 1`),
		[
			{server: '', compiles: 42, compile_ms: 4106.5, write_errors: 1},
			{server: '192.0.2.1:10501', compiles: 1, compile_ms: 40, write_errors: 0},
		],
	);
	t.is(query('SELECT id FROM compiles').length, 1);
});

test('a first version that never met an empty name', t => {
	const {dir, query} = place(t, '');
	const statistics = open(t, dir);
	statistics.record(compile);
	statistics.close();
	t.deepEqual(query('SELECT name AS why FROM compiles JOIN names ON names.id = not_distributed'), [
		{why: ''},
	]);
});

test('who only asks is told the counters of the first version, and changes nothing', t => {
	const {dir} = place(t, firstVersion);
	const bytes = readFileSync(join(dir, 'stats.db'));
	const statistics = open(t, dir, true);
	const counters = statistics.counters();
	statistics.close();
	t.is(counters.requests, 2);
	t.deepEqual(counters.distCompiles, {});
	t.deepEqual(readdirSync(dir), ['stats.db']);
	t.deepEqual(readFileSync(join(dir, 'stats.db')), bytes);
});

test('hours are made from the rows that there are, as far as hours are remembered', t => {
	const hourMs = 60 * 60 * 1000;
	const row = (id: number, atMs: number, outcome: number) =>
		`(${id}, ${atMs}, 1, 2, 3, 4, 5, 6, ${outcome}, 8, 50, 40, 25, 100, 0, 0, 0)`;
	const {dir, query} = place(
		t,
		`INSERT INTO names (id, name) VALUES
			(1, 'dev-libs/foo-1'), (2, '/work'), (3, '/usr/bin/gcc'), (4, 'gcc'), (5, 'c'), (6, 'a.c'),
			(7, 'miss'), (8, ''), (9, 'directHit'), (10, 'failed');
		INSERT INTO compiles VALUES ${[
			row(1, oldMs, 7),
			row(2, nowMs - hourMs, 7),
			row(3, nowMs, 9),
			row(4, nowMs + 1, 7),
			row(5, nowMs + 2, 10),
		].join()};`,
	);
	open(t, dir).close();
	const hour = nowMs / hourMs;
	t.deepEqual(query('SELECT * FROM hours ORDER BY hour'), [
		{hour: hour - 1, compiles: 1, hits: 0, remote: 0, saved_ms: 25},
		{hour, compiles: 2, hits: 1, remote: 0, saved_ms: 50},
	]);
});
