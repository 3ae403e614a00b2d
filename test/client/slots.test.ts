import test from 'ava';
import {Slots} from '../../src/client/slots.js';

const never = new AbortController().signal;

test('so many at a time, then in the order of asking', async t => {
	const slots = new Slots(2);
	const first = slots.tryTake();
	await slots.take(never);
	t.is(slots.free, 0);
	t.is(slots.tryTake(), undefined);
	const order: string[] = [];
	const waiting = ['a', 'b'].map(async name => {
		const release = await slots.take(never);
		order.push(name);
		release();
	});
	t.is(slots.asked, 4);
	first?.();
	await Promise.all(waiting);
	t.deepEqual(order, ['a', 'b']);
	t.is(slots.free, 1);
});

test('who goes away while waiting leaves its place to the next', async t => {
	const slots = new Slots(1);
	const release = slots.tryTake();
	const leaving = new AbortController();
	const left = slots.take(leaving.signal);
	const next = slots.take(never);
	leaving.abort(new Error('gone'));
	await t.throwsAsync(left, {message: 'gone'});
	release?.();
	(await next)();
	t.is(slots.free, 1);
});

test('who is gone already gets none', async t => {
	const slots = new Slots(1);
	await t.throwsAsync(slots.take(AbortSignal.abort(new Error('gone'))), {message: 'gone'});
	t.is(slots.free, 1);
});

test('giving back twice gives back once', t => {
	const slots = new Slots(1);
	const release = slots.tryTake();
	release?.();
	release?.();
	t.is(slots.free, 1);
});

test('what those that have one and those that wait should take together', async t => {
	const slots = new Slots(1);
	const release = slots.tryTake(300);
	const leaving = new AbortController();
	const left = slots.take(leaving.signal, 50);
	const next = slots.take(never, 20);
	t.is(slots.askedMs, 370);
	leaving.abort(new Error('gone'));
	await t.throwsAsync(left);
	t.is(slots.askedMs, 320);
	release?.();
	const last = await next;
	t.is(slots.askedMs, 20);
	last();
	t.is(slots.askedMs, 0);
});
