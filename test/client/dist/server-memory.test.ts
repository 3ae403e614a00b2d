import test from 'ava';
import {ServerMemory} from '../../../src/client/dist/server-memory.js';

const one = {server: '10.0.0.1:10501', pin: 'aa'};
const two = {server: '10.0.0.2:10501', pin: 'bb'};

function remembering() {
	const clock = {nowMs: 1000};
	return {clock, memory: new ServerMemory(() => clock.nowMs)};
}

test('who failed is passed over for a while, as the one that it was then, until it does a job well', t => {
	const {clock, memory} = remembering();
	memory.failed(one);
	memory.failed(two);
	t.deepEqual(memory.forScheduler().avoid, {[one.server]: 'aa', [two.server]: 'bb'});
	memory.succeeded(one.server, 10);
	t.deepEqual(memory.forScheduler().avoid, {[two.server]: 'bb'});
	clock.nowMs += 29_999;
	t.deepEqual(memory.forScheduler().avoid, {[two.server]: 'bb'});
	clock.nowMs += 1;
	t.deepEqual(memory.forScheduler().avoid, {});
});

test('the way there: what a job took beside the compiler, smoothed', t => {
	const {memory} = remembering();
	memory.failed(two);
	memory.succeeded(one.server, 10);
	memory.succeeded(one.server, 20);
	t.deepEqual(memory.forScheduler().links, {
		[one.server]: {roundTripMs: 12, bytesPerMs: 50_000},
	});
});
