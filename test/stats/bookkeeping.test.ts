import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import Database from 'better-sqlite3';
import {AppError} from '../../src/lib/errors.js';
import {localDay} from '../../src/stats/local-day.js';
import {openStatistics, type Statistics} from '../../src/stats/open-stats.js';
import type {CompileRecord, Outcome} from '../../src/stats/record.js';
import {compileRecord} from './compile-record.js';

/** What the statistics add up to, over threads, crashes and years. */

const dayMs = 24 * 60 * 60 * 1000;
const nowMs = Date.UTC(2026, 0, 1, 12);

const base: CompileRecord = {...compileRecord, atMs: nowMs};
const hit: CompileRecord = {
	...base,
	outcome: 'directHit',
	elapsedMs: 2,
	compileMs: 0,
	savedMs: 98,
	storeMs: 0,
};

interface Place {
	readonly dir: string;
	readonly troubles: unknown[];
	open(): Statistics;
	/** Of the database as it lies on the disk. */
	rows<Row>(sql: string): Row[];
}

function withPlace(body: (t: ExecutionContext, place: Place) => void) {
	return (t: ExecutionContext) => {
		const dir = mkdtempSync(join(tmpdir(), 'stats-test-'));
		const troubles: unknown[] = [];
		try {
			body(t, {
				dir,
				troubles,
				open: () => openStatistics({dir, now: () => nowMs, onError: error => troubles.push(error)}),
				rows: <Row>(sql: string) => {
					const database = new Database(join(dir, 'stats.db'), {readonly: true});
					try {
						return database.prepare(sql).all() as Row[];
					} finally {
						database.close();
					}
				},
			});
		} finally {
			rmSync(dir, {recursive: true, force: true});
		}
	};
}

test(
	'every outcome is counted once, under its own name',
	withPlace((t, {open}) => {
		const statistics = open();
		const outcomes: readonly Outcome[] = [
			'directHit',
			'preprocessedHit',
			'miss',
			'failed',
			'notCacheable',
			'notCompile',
			'fallback',
		];
		for (const [index, outcome] of outcomes.entries()) {
			for (let times = 0; times <= index; times++) {
				statistics.record({...base, outcome, reason: `why ${outcome}`});
			}
		}
		const check = () => {
			const counters = statistics.counters();
			t.is(counters.requests, 28);
			t.deepEqual(
				[
					counters.directHits,
					counters.preprocessedHits,
					counters.misses,
					counters.failed,
					counters.notCacheable,
					counters.notCompile,
					counters.fallbacks,
				],
				[1, 2, 3, 4, 5, 6, 7],
			);
			t.deepEqual(counters.notCacheableReasons, {'why notCacheable': 5});
			t.deepEqual(counters.notCompileReasons, {'why notCompile': 6});
			t.deepEqual(counters.fallbackReasons, {'why fallback': 7});
			t.deepEqual(counters.languages, [
				{language: 'c', family: 'gcc', hits: 3, misses: 3, errors: 7},
			]);
		};
		check();
		statistics.flush();
		check();
		statistics.close();
	}),
);

test(
	'languages and families are told apart; times and writes add up',
	withPlace((t, {open}) => {
		const statistics = open();
		statistics.record(base);
		statistics.record({...base, family: 'clang', language: 'c++'});
		statistics.record({...base, writeError: true, recached: true});
		statistics.record(hit);
		statistics.flush();
		statistics.record(hit);
		const counters = statistics.counters();
		t.is(counters.writes, 2);
		t.is(counters.writeErrors, 1);
		t.is(counters.recached, 1);
		t.is(counters.compileMs, 300);
		t.is(counters.storeMs, 4);
		t.is(counters.hitMs, 4);
		t.is(counters.savedMs, 196);
		t.deepEqual(
			[...counters.languages].sort((a, b) => a.family.localeCompare(b.family)),
			[
				{language: 'c++', family: 'clang', hits: 0, misses: 1, errors: 0},
				{language: 'c', family: 'gcc', hits: 2, misses: 2, errors: 0},
			],
		);
		statistics.close();
	}),
);

test(
	'compiles of the farm are counted by server, failures by server, and those that stayed by reason',
	withPlace((t, {open, rows}) => {
		const statistics = open();
		const [one, two] = ['192.0.2.1:10501', '192.0.2.2:10501'];
		statistics.record({...base, server: one});
		statistics.record({...base, server: one, failedServers: [two]});
		statistics.record({...base, server: two});
		statistics.record({...base, failedServers: [one, two], notDistributed: 'PEER_UNREACHABLE'});
		statistics.record({...base, notDistributed: 'a small job'});
		statistics.record({...base, notDistributed: 'a small job'});
		statistics.record(hit);
		const check = () => {
			const counters = statistics.counters();
			t.deepEqual(counters.distCompiles, {[one]: 2, [two]: 1});
			t.deepEqual(counters.distErrors, {[one]: 1, [two]: 2});
			t.deepEqual(counters.notDistributedReasons, {PEER_UNREACHABLE: 1, 'a small job': 2});
			t.is(counters.misses, 6);
		};
		check();
		statistics.flush();
		check();
		t.deepEqual(
			rows(
				`SELECT s.name AS server, n.name AS why, f.name AS failed FROM compiles
				JOIN names s ON s.id = server JOIN names n ON n.id = not_distributed
				JOIN names f ON f.id = failed_servers WHERE f.name <> '' ORDER BY compiles.id`,
			),
			[
				{server: one, why: '', failed: two},
				{server: '', why: 'PEER_UNREACHABLE', failed: `${one} ${two}`},
			],
		);
		statistics.zero();
		t.deepEqual(statistics.counters().distErrors, {});
		statistics.close();
	}),
);

test(
	'sums by day still tell servers and reasons apart',
	withPlace((t, {open, rows}) => {
		const statistics = open();
		const old = {...base, atMs: nowMs - 91 * dayMs};
		for (const server of ['', '192.0.2.1:1', '192.0.2.1:1', '192.0.2.2:1']) {
			statistics.record({...old, server});
		}
		statistics.record({...old, notDistributed: 'a small job'});
		statistics.record({...old, server: '192.0.2.1:1', failedServers: ['192.0.2.2:1']});
		statistics.flush();
		statistics.fold(nowMs);
		statistics.close();
		t.deepEqual(
			rows(
				`SELECT s.name AS server, n.name AS why, f.name AS failed, compiles FROM days
				JOIN names s ON s.id = server JOIN names n ON n.id = not_distributed
				JOIN names f ON f.id = failed_servers ORDER BY server, why, failed`,
			),
			[
				{server: '', why: '', failed: '', compiles: 1},
				{server: '', why: 'a small job', failed: '', compiles: 1},
				{server: '192.0.2.1:1', why: '', failed: '', compiles: 2},
				{server: '192.0.2.1:1', why: '', failed: '192.0.2.2:1', compiles: 1},
				{server: '192.0.2.2:1', why: '', failed: '', compiles: 1},
			],
		);
	}),
);

test(
	'threads add to the same counters; zero forgets those of all but keeps the rows',
	withPlace((t, {open, rows}) => {
		const one = open();
		const other = open();
		one.record(base);
		other.record(hit);
		one.flush();
		other.flush();
		t.is(one.counters().requests, 2);
		t.is(other.counters().requests, 2);
		one.zero();
		t.is(other.counters().requests, 0);
		other.record(hit);
		t.is(other.counters().directHits, 1);
		one.close();
		other.close();
		t.deepEqual(rows('SELECT count(*) AS n FROM compiles'), [{n: 3}]);
	}),
);

test(
	'every compile is in the sums of its day, once, and stays there when its row goes after 90 days',
	withPlace((t, {open, rows}) => {
		const statistics = open();
		const oldMs = nowMs - 91 * dayMs;
		for (let index = 0; index < 2500; index++) {
			statistics.record({...hit, atMs: oldMs + (index % 2) * dayMs});
		}
		statistics.record({...base, atMs: oldMs});
		statistics.record({...base, atMs: oldMs, package: 'dev-libs/bar-2'});
		statistics.record(base);
		statistics.flush();
		const before = statistics.counters();
		statistics.fold(nowMs + 2 * dayMs);
		t.deepEqual(statistics.counters(), before);
		// The fold is not done twice.
		statistics.fold(nowMs + 2 * dayMs);
		statistics.record({...base, atMs: oldMs});
		statistics.flush();
		statistics.fold(nowMs + 2 * dayMs);
		statistics.close();
		t.deepEqual(rows('SELECT count(*) AS n FROM compiles'), [{n: 1}]);
		t.deepEqual(
			rows(
				`SELECT day, p.name AS package, o.name AS outcome, compiles, saved_ms, size_bytes
				FROM days JOIN names p ON p.id = package JOIN names o ON o.id = outcome
				ORDER BY day, package, outcome`,
			),
			[
				{day: 0, package: 'dev-libs/bar-2', outcome: 'miss', compiles: 1, saved_ms: 0},
				{day: 0, package: 'dev-libs/foo-1', outcome: 'directHit', compiles: 1250, saved_ms: 98},
				{day: 0, package: 'dev-libs/foo-1', outcome: 'miss', compiles: 2, saved_ms: 0},
				{day: 1, package: 'dev-libs/foo-1', outcome: 'directHit', compiles: 1250, saved_ms: 98},
				{day: 91, package: 'dev-libs/foo-1', outcome: 'miss', compiles: 1, saved_ms: 0},
			].map(({day, compiles, saved_ms, ...rest}) => ({
				...rest,
				day: localDay(oldMs) + day,
				compiles,
				saved_ms: saved_ms * compiles,
				size_bytes: 1000 * compiles,
			})),
		);
	}),
);

test(
	'rows that are younger stay, whatever their number',
	withPlace((t, {open, rows}) => {
		const statistics = open();
		statistics.record({...base, atMs: nowMs - 89 * dayMs});
		statistics.flush();
		statistics.fold(nowMs);
		statistics.close();
		t.deepEqual(rows('SELECT count(*) AS n FROM compiles'), [{n: 1}]);
		t.deepEqual(rows('SELECT count(*) AS n FROM days'), [{n: 1}]);
	}),
);

test(
	'a damaged database is set aside with a word, and counting goes on',
	withPlace((t, {dir, open, troubles}) => {
		writeFileSync(join(dir, 'stats.db'), 'no database at all, '.repeat(500));
		const statistics = open();
		statistics.record(base);
		statistics.flush();
		t.is(statistics.counters().misses, 1);
		statistics.close();
		t.is(troubles.length, 1);
		t.is((troubles[0] as AppError).code, 'STATISTICS_LOST');
	}),
);

test(
	'a folder deleted under it begins anew',
	withPlace((t, {dir, open}) => {
		const statistics = open();
		statistics.record(base);
		statistics.flush();
		rmSync(dir, {recursive: true});
		mkdirSync(dir);
		statistics.record(hit);
		statistics.flush();
		const counters = statistics.counters();
		t.is(counters.directHits, 1);
		statistics.close();
		const again = open();
		t.is(again.counters().directHits, 1);
		again.close();
	}),
);

test(
	'only to ask creates nothing',
	withPlace((t, {dir}) => {
		const statistics = openStatistics({
			dir: join(dir, 'none'),
			now: () => nowMs,
			onError: error => t.fail(String(error)),
			readOnly: true,
		});
		t.is(statistics.counters().requests, 0);
		statistics.record(base);
		statistics.close();
		t.throws(() => new Database(join(dir, 'none/stats.db'), {readonly: true}));
	}),
);

test(
	'a folder that can not be is told once, and nothing throws',
	withPlace((t, {dir, troubles}) => {
		writeFileSync(join(dir, 'file'), '');
		const statistics = openStatistics({
			dir: join(dir, 'file'),
			now: () => nowMs,
			onError: error => troubles.push(error),
		});
		for (let times = 0; times < 3; times++) {
			statistics.record(base);
			statistics.flush();
		}
		t.is(statistics.counters().misses, 3);
		t.is(troubles.length, 1);
		t.true(troubles[0] instanceof AppError);
		statistics.zero();
		statistics.fold(nowMs);
		statistics.close();
	}),
);

test(
	'what a source took: of its newest stored compile, in whatever version of its package',
	withPlace((t, {open}) => {
		const statistics = open();
		const explanation = (path: string) => ({
			...{path, sourceDigest: '1'.repeat(64), directKey: '2'.repeat(64)},
			...{compilerDigest: '3'.repeat(64), programs: [], fields: [], lookup: 'unknown' as const},
			...{differences: [], preprocessed: false, attempts: []},
		});
		const miss = (version: string, compileMs: number, server: string): CompileRecord => ({
			...base,
			outcome: 'miss',
			package: `dev-libs/foo-${version}`,
			...{compileMs, server, storeMs: 1},
			explanation: explanation(`/b/dev-libs/foo-${version}/work/foo-${version}/a.c`),
		});
		t.is(statistics.lastTime('/b/dev-libs/foo-1/work/foo-1/a.c', 'dev-libs/foo-1'), undefined);
		statistics.record(miss('1', 700, ''));
		statistics.record(miss('2', 400, '10.0.0.1:10501'));
		statistics.record({...miss('3', 5, ''), outcome: 'failed', storeMs: 0});
		statistics.flush();
		t.deepEqual(statistics.lastTime('/b/dev-libs/foo-4/work/foo-4/a.c', 'dev-libs/foo-4'), {
			compileMs: 400,
			isRemote: true,
		});
		t.is(statistics.lastTime('/b/dev-libs/foo-4/work/foo-4/b.c', 'dev-libs/foo-4'), undefined);
		t.is(statistics.lastTime('/b/dev-libs/foo-4/work/foo-4/a.c', ''), undefined);
		statistics.close();
	}),
);
