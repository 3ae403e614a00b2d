import test from 'ava';
import {localDay} from '../../src/stats/local-day.js';
import type {CompileRecord} from '../../src/stats/record.js';
import {compileRecord} from './compile-record.js';
import {asked} from './place.js';

const hourMs = 60 * 60 * 1000;
const nowMs = Date.UTC(2026, 0, 20, 12, 30);
const hour = nowMs / hourMs - 0.5;
const everything = {fromHour: 0, fromDay: 0};

const miss: CompileRecord = {...compileRecord, atMs: nowMs};
const hit: CompileRecord = {...miss, outcome: 'directHit', savedMs: 90};

test('compiles are summed by hour, and by day and package', t => {
	const compiles: CompileRecord[] = [
		miss,
		hit,
		{...hit, outcome: 'preprocessedHit', savedMs: 10},
		{...miss, server: '192.0.2.1:10501'},
		{...miss, atMs: nowMs - hourMs, package: 'dev-libs/bar-2'},
	];
	const {hours, days} = asked(t, compiles, ({history}) => history.since(everything));
	t.deepEqual(hours, [
		{hour: hour - 1, compiles: 1, hits: 0, remote: 0, savedMs: 0},
		{hour, compiles: 4, hits: 2, remote: 1, savedMs: 100},
	]);
	const day = localDay(nowMs);
	t.deepEqual(days, [
		{
			...{day: localDay(nowMs - hourMs), package: 'dev-libs/bar-2'},
			...{compiles: 1, hits: 0, remote: 0, savedMs: 0},
		},
		{day, package: 'dev-libs/foo-1', compiles: 4, hits: 2, remote: 1, savedMs: 100},
	]);
});

test('what compiles nothing, and what the compiler refused, is in neither', t => {
	const compiles: CompileRecord[] = [
		{...miss, outcome: 'notCompile'},
		{...miss, outcome: 'failed'},
	];
	t.deepEqual(
		asked(t, compiles, ({history}) => history.since(everything)),
		{hours: [], days: []},
	);
});

test('only what was asked for is told', t => {
	const compiles = [{...miss, atMs: nowMs - 48 * hourMs}, miss];
	const {hours, days} = asked(t, compiles, ({history}) =>
		history.since({fromHour: hour, fromDay: localDay(nowMs)}),
	);
	t.deepEqual(
		hours.map(row => row.hour),
		[hour],
	);
	t.deepEqual(
		days.map(row => row.day),
		[localDay(nowMs)],
	);
});

test('hours are forgotten after fourteen days, days are not', t => {
	const compiles = [{...miss, atMs: nowMs - 15 * 24 * hourMs}, miss];
	const {hours, days} = asked(t, compiles, ({history}) => history.since(everything), nowMs);
	t.deepEqual(
		hours.map(row => row.hour),
		[hour],
	);
	t.is(days.length, 2);
});
