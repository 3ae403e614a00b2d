import test from 'ava';
import {newsBetween} from '../../src/dashboard/page/announce.js';
import {hitPercents, hostsOf, packagesOf, seriesOf} from '../../src/dashboard/page/series.js';
import {duration, partOf, roughDuration} from '../../src/dashboard/page/words.js';
import type {LiveHistory, LiveServer, LiveView} from '../../src/protocol/live.js';

const hourMs = 3_600_000;
const nowHour = 24 * 20_000 + 12;
const nowMs = nowHour * hourMs + 60_000;
const sums = {compiles: 10, hits: 4, remote: 3, savedMs: 900};
const history: LiveHistory = {
	hours: [
		{...sums, hour: nowHour, host: 'desk'},
		{...sums, hour: nowHour, host: 'lap'},
		{...sums, hour: nowHour - 47, host: 'desk', compiles: 5, hits: 5},
		{...sums, hour: nowHour - 48, host: 'desk'},
	],
	days: [
		{...sums, day: 20_000, host: 'desk', package: 'a/small'},
		{...sums, day: 19_999, host: 'lap', package: 'a/large', compiles: 90},
		{...sums, day: 20_000, host: 'lap', package: ''},
	],
};

test('a series has each hour up to now, hosts added up, and no percentage where nothing was compiled', t => {
	const series = seriesOf(history, {span: '2 days', host: '', package: undefined}, nowMs);
	t.is(series.step, 'hour');
	t.is(series.times.length, 48);
	t.is(series.times.at(-1), nowHour * 3600);
	t.is(series.sums.at(-1)?.compiles, 20);
	t.is(series.total.compiles, 25, 'what is older is left out');
	t.deepEqual([hitPercents(series)[0], hitPercents(series)[1]], [100, null]);
});

test('a host is told apart, and a package by day', t => {
	const one = seriesOf(history, {span: '2 weeks', host: 'lap', package: undefined}, nowMs);
	t.is(one.total.compiles, 10);
	const large = seriesOf(history, {span: '2 weeks', host: '', package: 'a/large'}, nowMs);
	t.is(large.step, 'day');
	t.is(large.times.length, 14);
	t.is(large.sums.at(-2)?.compiles, 90);
	const outside = seriesOf(history, {span: '3 months', host: '', package: ''}, nowMs);
	t.is(outside.total.compiles, 10);
	const all = seriesOf(history, {span: '3 months', host: '', package: undefined}, nowMs);
	t.is(all.times.length, 90);
	t.is(all.total.compiles, 110);
});

test('what there is to choose from: hosts by name, packages by compiles', t => {
	t.deepEqual(hostsOf(history), ['desk', 'lap']);
	t.deepEqual(packagesOf(history), ['a/large', 'a/small', '']);
});

test('numbers have two units at most, or one where there is little room', t => {
	t.deepEqual([0, 999, 1000, 61_000, 3_600_000, 7_500_000, 90_000_000].map(duration), [
		'0 ms',
		'999 ms',
		'1 s',
		'1 min 1 s',
		'1 h',
		'2 h 5 min',
		'1 d 1 h',
	]);
	t.deepEqual([400, 59_000, 18.8 * 60_000, 3.24 * hourMs, 80 * hourMs].map(roughDuration), [
		'400 ms',
		'59 s',
		'19 min',
		'3.2 h',
		'3.3 d',
	]);
	t.is(partOf(41e9, 128e9), '41 of 128 GB');
	t.is(partOf(0.5e9, 8e9), '0.5 of 8 GB');
});

const server: LiveServer = {
	...{address: '10.0.0.1:10501', state: 'up', reason: '', quarantineMs: 0, slots: 4, jobs: 1},
	...{speed: 1, toolchains: [], refused: {}, done: 0, failed: 0, lastSeenMs: 10},
};
const view: LiveView = {
	...{teller: 'scheduler', version: '0', atMs: 1000, startedMs: 0, scheduler: 'reached'},
	...{queued: 0, servers: [server], clients: [], jobs: [], jobsInAll: 0},
};

test('what is said aloud: servers that come, go or change, a restart, and nothing of jobs', t => {
	const busy = {...view, queued: 9, jobsInAll: 9, servers: [{...server, jobs: 4}]};
	t.deepEqual(newsBetween(view, busy), []);
	const out: LiveServer = {...server, state: 'quarantined', reason: 'no room', quarantineMs: 4000};
	t.deepEqual(newsBetween(view, {...view, servers: [out]}), [
		'Server 10.0.0.1:10501 is kept from jobs for 4 s: no room.',
	]);
	t.deepEqual(newsBetween(view, {...view, servers: [{...server, address: 'x:1'}]}), [
		'Server x:1 has come.',
		'Server 10.0.0.1:10501 has gone.',
	]);
	t.deepEqual(newsBetween(view, {...view, startedMs: 5, servers: []}), [
		'The scheduler was started again.',
	]);
});
