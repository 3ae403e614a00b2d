import test from 'ava';
import {Flights} from '../../src/results/flights.js';

const later = <Value>() => {
	let resolve: (value: Value) => void = () => {};
	let reject: (error: Error) => void = () => {};
	const promise = new Promise<Value>((yes, no) => {
		resolve = yes;
		reject = no;
	});
	return {promise, resolve, reject};
};

test('others get what comes of the work, until it has landed', async t => {
	const flights = new Flights<number>();
	const work = later<number>();
	const landing = later<void>();
	t.is(flights.of('key'), undefined);
	const own = flights.lead('key', () => work.promise, {
		shared: value => value + 1,
		landed: () => landing.promise,
	});
	const shared = flights.of('key');
	t.is(flights.of('another'), undefined);
	work.resolve(1);
	t.is(await own, 1);
	t.is(await shared, 2);
	t.is(flights.of('key'), shared);
	landing.resolve();
	await new Promise(setImmediate);
	t.is(flights.of('key'), undefined);
});

test('work that fails, or is not for others, is over at once', async t => {
	const flights = new Flights<number>();
	const work = later<number>();
	const landed = async () => t.fail('it never lands');
	const own = flights.lead('key', () => work.promise, {shared: value => value, landed});
	const shared = flights.of('key');
	work.reject(new Error('cancelled'));
	await t.throwsAsync(own, {message: 'cancelled'});
	await t.throwsAsync(async () => shared, {message: 'cancelled'});
	await new Promise(setImmediate);
	t.is(flights.of('key'), undefined);
	const refused = () => {
		throw new Error('killed');
	};
	t.is(await flights.lead('key', async () => 1, {shared: refused, landed}), 1);
	await new Promise(setImmediate);
	t.is(flights.of('key'), undefined);
});

test('a second one under the key goes beside the first', async t => {
	const flights = new Flights<number>();
	const first = later<number>();
	const how = {shared: (value: number) => value, landed: async () => {}};
	const own = flights.lead('key', () => first.promise, how);
	t.is(await flights.lead('key', async () => 2, how), 2);
	const shared = flights.of('key');
	first.resolve(1);
	t.deepEqual([await own, await shared], [1, 1]);
});
