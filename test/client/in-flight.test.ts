import {once} from 'node:events';
import {Worker} from 'node:worker_threads';
import test from 'ava';
import {InFlight, inFlightTable} from '../../src/client/in-flight.js';

const key = (digit: string) => digit.repeat(64);

/** Two workers of one daemon. */
function workers(): readonly [InFlight, InFlight] {
	const table = inFlightTable();
	return [new InFlight(table), new InFlight(table)];
}

test('a compile of one worker is waited for by another, and by itself', async t => {
	const [one, other] = workers();
	let finish = () => {};
	const work = new Promise<void>(resolve => {
		finish = resolve;
	});
	t.is(other.twin(key('a')), undefined);
	const running = one.during(key('a'), () => work);
	t.is(other.twin(key('b')), undefined, 'another key');
	const ended: string[] = [];
	const waits = [one.twin(key('a')), other.twin(key('a'))].map(async (twin, index) => {
		t.not(twin, undefined);
		await twin;
		ended.push(`waiter ${index}`);
	});
	ended.push('finished');
	finish();
	await running;
	await Promise.all(waits);
	t.is(ended[0], 'finished');
	t.is(ended.length, 3);
	t.is(one.twin(key('a')), undefined);
	t.is(other.twin(key('a')), undefined);
});

test('a worker in another thread is woken', async t => {
	const table = inFlightTable();
	const module = new URL('../../src/client/in-flight.js', import.meta.url).href;
	const script = `
import {once} from 'node:events';
import {parentPort, workerData} from 'node:worker_threads';
import {InFlight} from ${JSON.stringify(module)};
const inFlight = new InFlight(workerData.table);
const running = inFlight.during(workerData.key, () => once(parentPort, 'message'));
parentPort.postMessage('running');
await running;
`;
	const url = new URL(`data:text/javascript,${encodeURIComponent(script)}`);
	const thread = new Worker(url, {workerData: {table, key: key('d')}});
	t.teardown(() => thread.terminate());
	await once(thread, 'message');
	const own = new InFlight(table);
	const twin = own.twin(key('d'));
	t.not(twin, undefined);
	const startedMs = performance.now();
	thread.postMessage('finish');
	await twin;
	t.true(performance.now() - startedMs < 60_000, 'woken, not tired of waiting');
	t.is(own.twin(key('d')), undefined);
});

test('one that fails ends too', async t => {
	const [one, other] = workers();
	const running = one.during(key('c'), () => Promise.reject(new Error('failed')));
	const twin = other.twin(key('c'));
	t.not(twin, undefined);
	await t.throwsAsync(running, {message: 'failed'});
	await twin;
	t.is(other.twin(key('c')), undefined);
});

test('two keys in one slot: the second is known to its own worker alone', async t => {
	const [one, other] = workers();
	// The same low bits of the first eight bytes.
	const [first, second] = ['1', '2'].map(digit => `${digit.repeat(4)}${'0'.repeat(60)}`) as [
		string,
		string,
	];
	let finish = () => {};
	const work = new Promise<void>(resolve => {
		finish = resolve;
	});
	const both = [one.during(first, () => work), one.during(second, () => work)];
	t.not(one.twin(second), undefined);
	t.is(other.twin(second), undefined);
	t.not(other.twin(first), undefined);
	finish();
	await Promise.all(both);
	await new Promise(resolve => setImmediate(resolve));
	t.is(other.twin(first), undefined);
});
