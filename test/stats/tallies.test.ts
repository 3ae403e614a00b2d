import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {openStatistics} from '../../src/stats/open-stats.js';
import {readStatistics} from '../../src/stats/read-stats.js';
import type {CompileRecord} from '../../src/stats/record.js';
import {packageBuilds} from '../../src/stats/tallies.js';
import {compileRecord} from './compile-record.js';

/** What the statistics tell of one package, and of one folder. */

const dayMs = 24 * 60 * 60 * 1000;
const nowMs = Date.UTC(2026, 0, 1, 12);
const [one, two] = ['192.0.2.1:10501', '192.0.2.2:10501'];

const compile: CompileRecord = {...compileRecord, atMs: nowMs};

function folder(t: ExecutionContext): string {
	const dir = mkdtempSync(join(tmpdir(), 'stats-test-'));
	t.teardown(() => rmSync(dir, {recursive: true, force: true}));
	return dir;
}

const options = (dir: string) => ({
	dir,
	now: () => nowMs,
	onError: (error: unknown) => {
		throw error;
	},
});

test('a package is found by its name, in rows and in what was folded', t => {
	const dir = folder(t);
	const statistics = openStatistics(options(dir));
	const compiles: readonly Partial<CompileRecord>[] = [
		{atMs: nowMs - 200 * dayMs},
		{},
		{outcome: 'directHit', atMs: nowMs + 5},
		{outcome: 'preprocessedHit'},
		{server: one},
		{server: two, failedServers: [one, two], atMs: nowMs + 7},
		{outcome: 'fallback', reason: 'STORE_FULL'},
		{outcome: 'failed'},
		{outcome: 'notCompile', reason: 'link'},
		{package: 'dev-libs/foo-2', atMs: nowMs + 9},
		{package: 'dev-libs/foo-bar-1'},
		{package: 'dev-libs/fo-1'},
		{package: ''},
	];
	for (const changes of compiles) statistics.record({...compile, ...changes});
	statistics.flush();
	statistics.fold(nowMs);
	const tallies = readStatistics(dir, tables => tables.tallies('dev-libs/foo-')) ?? [];
	t.deepEqual([...new Set(tallies.map(tally => tally.package))].sort(), [
		'dev-libs/foo-1',
		'dev-libs/foo-2',
		'dev-libs/foo-bar-1',
	]);
	const [newest, older] = packageBuilds(tallies.filter(tally => /foo-\d$/.test(tally.package)));
	t.is(newest?.package, 'dev-libs/foo-2');
	t.deepEqual(older, {
		package: 'dev-libs/foo-1',
		requests: 9,
		compiles: 8,
		hits: 2,
		remote: 2,
		errors: 1,
		serverErrors: 2,
		failed: 1,
		lastMs: nowMs + 7,
	});
	statistics.close();
});

test('compiles in a folder come in order, with what became of them', t => {
	const dir = folder(t);
	const statistics = openStatistics(options(dir));
	statistics.record({...compile, cwd: '/here', notDistributed: 'SCCACHE_NO_DIST'});
	statistics.record({...compile, cwd: '/there'});
	statistics.record({...compile, cwd: '/here', outcome: 'fallback', reason: 'STORE_FULL'});
	statistics.close();
	t.deepEqual(
		readStatistics(dir, reader => reader.compilesIn('/here')),
		[
			{outcome: 'miss', reason: '', server: '', notDistributed: 'SCCACHE_NO_DIST'},
			{outcome: 'fallback', reason: 'STORE_FULL', server: '', notDistributed: ''},
		],
	);
});

test('no statistics are none; damaged ones are an error', t => {
	const dir = folder(t);
	const ask = () => readStatistics(dir, reader => reader.tallies(''));
	t.is(ask(), undefined);
	writeFileSync(join(dir, 'stats.db'), 'not a database, but some text of that length');
	t.throws(ask, {code: 'STATISTICS_LOST'});
});

const asUser = process.getuid?.() === 0 ? test.skip : test;

asUser('statistics of another user are an error that says what to do (needs not to be root)', t => {
	const dir = folder(t);
	openStatistics(options(dir)).close();
	chmodSync(join(dir, 'stats.db'), 0);
	t.throws(() => readStatistics(dir, reader => reader.tallies('')), {
		code: 'STATISTICS_LOST',
		message: /EACCES/,
	});
});
