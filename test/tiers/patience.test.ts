import test from 'ava';
import {afterFailure, afterSuccess, closedBreaker, stateOf} from '../../src/tiers/breaker.js';
import {
	deadlineMs,
	type Latency,
	observeLatency,
	unknownLatency,
} from '../../src/tiers/patience.js';
import {WriteQueue} from '../../src/tiers/write-queue.js';

const times = (count: number, ms: number): Latency =>
	Array.from({length: count}).reduce<Latency>(
		latency => observeLatency(latency, ms),
		unknownLatency,
	);

test('nothing is known of a store: a share of the compile is waited, between a floor and a ceiling', t => {
	const of = (compileMs: number) => deadlineMs(unknownLatency, {compileMs, sizeBytes: 0});
	t.is(of(1), 100);
	t.is(of(2000), 1000);
	t.is(of(1_000_000), 10_000);
});

test('a store that answers fast is not waited for long, whatever the compile takes', t => {
	t.is(deadlineMs(times(20, 1), {compileMs: 60_000, sizeBytes: 0}), 250);
});

test('a large object is given its time', t => {
	const limitMs = deadlineMs(times(20, 1), {compileMs: 60_000, sizeBytes: 50_000_000});
	t.true(limitMs !== undefined && limitMs > 4000);
});

test('a store that takes longer than the compile is not asked', t => {
	t.is(deadlineMs(times(5, 300), {compileMs: 200, sizeBytes: 0}), undefined);
	t.not(deadlineMs(times(5, 300), {compileMs: 2000, sizeBytes: 0}), undefined);
});

test('three failures in a row open the breaker, for twice as long each time, up to a minute', t => {
	let breaker = closedBreaker;
	let nowMs = 0;
	const fail = () => {
		breaker = afterFailure(breaker, nowMs);
	};
	fail();
	fail();
	t.is(stateOf(breaker, nowMs), 'closed');
	fail();
	const pauses: number[] = [];
	for (let round = 0; round < 9; round++) {
		t.is(stateOf(breaker, nowMs), 'open');
		// What began before says nothing new.
		fail();
		const untilMs = breaker.untilMs ?? 0;
		pauses.push(untilMs - nowMs);
		nowMs = untilMs;
		t.is(stateOf(breaker, nowMs), 'due');
		fail();
	}
	t.deepEqual(pauses, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
	t.is(stateOf(afterSuccess(), nowMs), 'closed');
});

test('a success between failures closes it again', t => {
	let breaker = afterFailure(afterFailure(closedBreaker, 0), 0);
	breaker = afterFailure(afterSuccess(), 0);
	t.is(stateOf(breaker, 0), 'closed');
});

test('the queue takes no more than fits, runs a few at a time, and drains', async t => {
	const queue = new WriteQueue({mostBytes: 100, most: 3, atOnce: 2});
	const ends: (() => void)[] = [];
	let running = 0;
	let most = 0;
	const work = async () => {
		most = Math.max(most, ++running);
		await new Promise<void>(resolve => ends.push(resolve));
		running--;
	};
	t.true(queue.add(50, work));
	t.false(queue.add(51, work));
	t.true(queue.add(25, work));
	t.true(queue.add(25, work));
	t.false(queue.add(0, work));
	const drained = queue.drain(60_000);
	while (running > 0) {
		for (const end of ends.splice(0)) end();
		await new Promise(resolve => setImmediate(resolve));
	}
	t.is(await drained, 0);
	t.is(most, 2);
	t.true(queue.add(100, async () => {}));
});

test('what is not written when the time is over is dropped and told', async t => {
	const queue = new WriteQueue({mostBytes: 100, most: 10, atOnce: 1});
	const never = () => new Promise<void>(() => {});
	for (let index = 0; index < 4; index++) queue.add(1, never);
	t.is(await queue.drain(1), 3);
});
