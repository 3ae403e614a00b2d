import test from 'ava';
import {dayName, localDay} from '../../src/stats/local-day.js';
import type {CompileRecord} from '../../src/stats/record.js';
import {hitRate} from '../../src/stats/sums.js';
import type {Selection} from '../../src/stats/views.js';
import {compileRecord} from './compile-record.js';
import {asked} from './place.js';

/** What `stats` shows, from the sums by day. */

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
const noon = new Date(2026, 0, 10, 12).getTime();
const all: Selection = {sinceMs: undefined, isMeant: undefined};

const miss: CompileRecord = {...compileRecord, atMs: noon};
const hit: CompileRecord = {
	...miss,
	outcome: 'directHit',
	elapsedMs: 2,
	compileMs: 0,
	savedMs: 98,
	storeMs: 0,
	lostMs: 0,
	sizeBytes: 700,
};
const failed: CompileRecord = {...miss, outcome: 'failed', storeMs: 0, lostMs: 1};
const query: CompileRecord = {...miss, outcome: 'notCompile', reason: 'query', compileMs: 0};

test('totals tell calls from compiles, and the hit rate is of those that succeeded', t => {
	const sums = asked(t, [miss, hit, hit, failed, query], ({views}) => views.totals(all));
	t.like(sums, {requests: 5, compiles: 4, directHits: 2, misses: 1, failed: 1});
	t.is(hitRate(sums), 2 / 3);
	t.like(sums, {savedMs: 196, lostMs: 12 + 1 + 12, servedBytes: 1400, storedBytes: 1000});
});

test('versions of a package are one package, and each version on each day a build', t => {
	const compiles = ['dev-libs/foo-1', 'dev-libs/foo-2-r1', 'dev-libs/foo-bar-3', ''].flatMap(
		name => [
			{...miss, package: name},
			{...hit, package: name, atMs: noon + dayMs},
		],
	);
	const groups = asked(t, compiles, ({views}) => views.groups('package', all));
	const found = groups.map(({name, builds, sums}) => [name, builds, sums.compiles]);
	t.deepEqual(found.sort(), [
		['', 2, 2],
		['dev-libs/foo', 4, 4],
		['dev-libs/foo-bar', 2, 2],
	]);
	const versions = asked(t, compiles, ({views}) => views.groups('version', all));
	t.is(versions.length, 4);
	t.deepEqual(
		versions.map(({builds}) => builds),
		[2, 2, 2, 2],
	);
});

test('crates are those of Rust, in whatever package and whenever they were compiled', t => {
	const crate = {...miss, language: 'rust', family: 'rustc', source: 'serde', package: 'a/b-1'};
	const compiles = [
		{...miss, source: 'serde'},
		crate,
		{...crate, package: 'c/d-2', outcome: 'directHit', savedMs: 98} as const,
		{...crate, source: 'syn', atMs: noon - 30 * hourMs},
	];
	const found = (selection: Selection) =>
		asked(t, compiles, ({views}) => views.groups('crate', selection))
			.map(({name, sums}) => [name, sums.compiles, sums.directHits])
			.sort();
	t.deepEqual(found(all), [
		['serde', 2, 1],
		['syn', 1, 0],
	]);
	t.deepEqual(found({...all, isMeant: name => name === 'a/b-1'}), [
		['serde', 1, 0],
		['syn', 1, 0],
	]);
	t.deepEqual(found({...all, sinceMs: noon - hourMs}), [['serde', 2, 1]]);
});

test('days are those of this host', t => {
	const midnight = new Date(2026, 0, 11).getTime();
	const days = asked(
		t,
		[
			{...miss, atMs: midnight - 1},
			{...miss, atMs: midnight},
		],
		({views}) => views.groups('day', all),
	);
	t.deepEqual(days.map(({name}) => name).sort(), ['2026-01-10', '2026-01-11']);
	t.is(dayName(localDay(midnight)), '2026-01-11');
});

test('since a moment within a day counts that day’s later compiles alone', t => {
	const compiles = [-30, -2, -1, 0, 1, 30].map(hours => ({...miss, atMs: noon + hours * hourMs}));
	const since = (sinceMs: number, foldMs?: number) =>
		asked(t, compiles, ({views}) => views.totals({...all, sinceMs}).compiles, foldMs);
	t.is(since(noon), 3);
	t.is(since(noon - 1), 3);
	t.is(since(noon + 1), 2);
	t.is(since(noon - 90 * hourMs), 6);
	t.is(since(noon + 90 * hourMs), 0);
	// The rows are gone: whole days count.
	t.is(since(noon, noon + 200 * dayMs), 5);
});

test('a selection of packages is of all views', t => {
	const compiles = [miss, hit, {...hit, package: 'dev-libs/other-1', reason: ''}];
	const selection = {sinceMs: noon - hourMs, isMeant: (name: string) => name === 'dev-libs/foo-1'};
	asked(t, compiles, ({views}) => {
		t.is(views.totals(selection).compiles, 2);
		t.is(views.groups('compiler', selection)[0]?.sums.compiles, 2);
		t.is(views.groups('version', selection).length, 1);
		t.is(views.totals({...selection, isMeant: () => false}).requests, 0);
	});
});

test('reasons are told apart by what they are of', t => {
	const reasons = asked(
		t,
		[
			miss,
			hit,
			query,
			{...miss, outcome: 'notCacheable', reason: '__TIME__', notDistributed: '__TIME__'},
			{...miss, outcome: 'fallback', reason: 'STORE_FULL'},
			{...miss, notDistributed: 'there was room here'},
		],
		({views}) => views.reasons(all),
	);
	const found = reasons.map(({kind, reason, compiles}) => `${kind} ${reason} ${compiles}`);
	t.deepEqual(found.sort(), [
		'error STORE_FULL 1',
		'miss  2',
		'notCacheable __TIME__ 1',
		'notCompile query 1',
		'notDistributed __TIME__ 1',
		'notDistributed there was room here 1',
	]);
});

test('servers have what they did and what failed on them; this host what it compiled', t => {
	const [one, two] = ['192.0.2.1:1', '192.0.2.2:1'];
	const servers = asked(
		t,
		[
			miss,
			hit,
			query,
			{...miss, server: one, compileMs: 50},
			{...miss, server: one, failedServers: [two]},
			{...miss, failedServers: [one, two]},
		],
		({views}) => views.servers(all),
	);
	const found = servers.toSorted((a, b) => (a.server < b.server ? -1 : 1));
	t.deepEqual(found, [
		{server: '', compiles: 2, errors: 0, compileMs: 200},
		{server: one, compiles: 2, errors: 1, compileMs: 150},
		{server: two, compiles: 0, errors: 2, compileMs: 0},
	]);
});

test('statistics without a compile have no groups', t => {
	asked(t, [], ({views}) => {
		t.is(views.totals(all).requests, 0);
		t.deepEqual(views.groups('package', {sinceMs: noon, isMeant: () => true}), []);
		t.deepEqual(views.reasons(all), []);
	});
});
