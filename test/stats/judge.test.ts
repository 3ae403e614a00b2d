import test from 'ava';
import {judge} from '../../src/stats/judge.js';
import {lostTimeMs} from '../../src/stats/lost-time.js';
import {noSums} from '../../src/stats/sums.js';

const minuteMs = 60_000;
const judged = (sums: Partial<typeof noSums>, builds = 5) => judge({...noSums, ...sums}, builds);

test('a package that saves more than it loses is worth it, from the first build that gains', t => {
	const gain = {savedMs: minuteMs, lostMs: 1000, compileMs: minuteMs, directHits: 10};
	t.deepEqual(judged(gain), {judgement: 'worth it', exclude: undefined});
	t.is(judged(gain, 1).judgement, 'worth it');
});

test('a package that was not built often enough is not judged by what it lost', t => {
	const loss = {lostMs: minuteMs, compileMs: 10 * minuteMs, misses: 100};
	t.is(judged(loss, 1).judgement, 'too early');
	t.is(judged(loss, 2).judgement, 'too early');
	t.deepEqual(judged(loss, 3), {judgement: 'costs you', exclude: 'all'});
});

test('what nobody notices is neutral', t => {
	t.is(judged({lostMs: 900, compileMs: 0}).judgement, 'neutral');
	t.is(judged({lostMs: minuteMs, compileMs: 60 * minuteMs}).judgement, 'neutral');
	t.is(judged({savedMs: 500, lostMs: 0, directHits: 3}, 2).judgement, 'neutral');
});

test('where servers compile for it, only the cache is to go', t => {
	const loss = {lostMs: minuteMs, compileMs: 10 * minuteMs, misses: 100};
	t.is(judged({...loss, remote: 30}).exclude, 'cache');
	t.is(judged({...loss, remote: 2}).exclude, 'all');
});

const times = {
	outcome: 'miss',
	reason: '',
	server: '',
	elapsedMs: 150,
	compileMs: 100,
	storeMs: 4,
	waitedMs: 30,
	savedFromMs: undefined,
} as const;

test('time lost is what a compile took beside the compiler, less what it waited for a core', t => {
	t.is(lostTimeMs(times), 24);
	t.is(lostTimeMs({...times, waitedMs: 80}), 4);
	t.is(lostTimeMs({...times, outcome: 'notCompile', compileMs: 0, elapsedMs: 1, waitedMs: 0}), 5);
	t.is(lostTimeMs({...times, server: '192.0.2.1:1'}), 4);
});

test('a hit loses time only when the compiler would have been quicker, an interrupted compile none', t => {
	t.is(lostTimeMs({...times, outcome: 'directHit', savedFromMs: 200}), 0);
	t.is(lostTimeMs({...times, outcome: 'directHit', savedFromMs: 140}), 10);
	t.is(lostTimeMs({...times, outcome: 'failed', reason: 'SHIM_VANISHED', storeMs: 0}), 0);
});
