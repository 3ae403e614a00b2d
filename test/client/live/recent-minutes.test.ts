import test from 'ava';
import {minutesKept, RecentMinutes, together} from '../../../src/client/live/recent-minutes.js';
import {compileRecord} from '../../stats/compile-record.js';

const minuteMs = 60_000;
const hit = {...compileRecord, outcome: 'directHit', savedMs: 10} as const;
const away = {...compileRecord, server: '192.0.2.1:10501'};

test('compiles are counted in the minute in which they ended, and are forgotten after half an hour', t => {
	const minutes = new RecentMinutes();
	minutes.add(hit, 5 * minuteMs);
	minutes.add(away, 5 * minuteMs + 59_999);
	minutes.add(hit, 6 * minuteMs);
	minutes.add({...compileRecord, outcome: 'failed'}, 6 * minuteMs);
	const now = minutes.last(6.5 * minuteMs);
	t.is(now.length, minutesKept);
	t.deepEqual(now.slice(-2), [
		{compiles: 2, hits: 1, remote: 1, savedMs: 10},
		{compiles: 1, hits: 1, remote: 0, savedMs: 10},
	]);
	const compiles = (atMs: number) =>
		minutes.last(atMs).reduce((sum, minute) => sum + minute.compiles, 0);
	t.is(compiles(34 * minuteMs), 3);
	t.is(compiles(35 * minuteMs), 1);
	t.is(compiles(36 * minuteMs), 0);
});

test('the minutes of all workers are one', t => {
	const [one, other] = [new RecentMinutes(), new RecentMinutes()];
	one.add(hit, minuteMs * 100);
	other.add(away, minuteMs * 100);
	const all = together([one.last(minuteMs * 100), other.last(minuteMs * 100), []]);
	t.deepEqual(all.at(-1), {compiles: 2, hits: 1, remote: 1, savedMs: 10});
	t.is(all.length, minutesKept);
});
