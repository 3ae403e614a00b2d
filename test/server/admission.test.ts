import test from 'ava';
import {type AdmissionFacts, mayStart, refusalOf} from '../../src/server/admission.js';
import {parseMeminfo} from '../../src/server/host.js';
import {exitCodeFor} from '../../src/server/job-answer.js';
import {Jobs} from '../../src/server/jobs.js';
import {Slots} from '../../src/server/slots.js';

const mebibyte = 1024 ** 2;
const idle: AdmissionFacts = {
	slots: 8,
	running: 0,
	waiting: 0,
	freeBytes: 4096 * mebibyte,
	promisedBytes: 0,
	memoryPerJobBytes: 512 * mebibyte,
};

test('jobs run in as many slots as there are, and a quarter of that and one may wait', t => {
	t.true(mayStart({...idle, running: 7}));
	t.false(mayStart({...idle, running: 8}));
	t.is(refusalOf({...idle, running: 8, waiting: 2}), undefined);
	t.regex(refusalOf({...idle, running: 8, waiting: 3}) ?? '', /8 jobs run here and 3 wait/);
	t.is(refusalOf({...idle, slots: 1, running: 1}), undefined);
	t.truthy(refusalOf({...idle, slots: 1, running: 1, waiting: 1}));
});

test('memory that is free, and not promised to jobs that began just now', t => {
	t.false(mayStart({...idle, running: 1, freeBytes: 511 * mebibyte}));
	t.true(mayStart({...idle, running: 1, promisedBytes: 3584 * mebibyte}));
	t.false(mayStart({...idle, running: 1, promisedBytes: 3585 * mebibyte}));
	t.is(refusalOf({...idle, running: 1, freeBytes: 0}), undefined, 'what runs gives it back');
	t.regex(refusalOf({...idle, freeBytes: 0}) ?? '', /memory/);
});

test('what waits begins when there is room, in its order, unless it is ended', async t => {
	const slots = new Slots({
		...{slots: 1, memoryPerJobBytes: 1, freeBytes: () => 1e12},
		now: Date.now,
	});
	const never = new AbortController().signal;
	const first = slots.enter();
	await first.start(never);
	const begun: string[] = [];
	const ending = new AbortController();
	const second = slots.enter();
	const ended = second.start(ending.signal);
	t.throws(() => slots.enter(), {code: 'SERVER_BUSY'});
	ending.abort();
	await t.throwsAsync(ended, {code: 'JOB_ABORTED'});
	second.leave();
	const third = slots.enter();
	const starting = third.start(never).then(() => begun.push('third'));
	await Promise.resolve();
	t.deepEqual(begun, []);
	first.leave();
	first.leave();
	await starting;
	t.deepEqual(begun, ['third']);
	t.is(slots.running, 1);
	third.leave();
	t.is(slots.running, 0);
});

test('memory that goes while a job waits refuses it when nothing runs that would give it back', async t => {
	let freeBytes = 10;
	const slots = new Slots({
		...{slots: 2, memoryPerJobBytes: 5, freeBytes: () => freeBytes},
		now: Date.now,
	});
	const never = new AbortController().signal;
	const one = slots.enter();
	const other = slots.enter();
	await one.start(never);
	freeBytes = 4;
	const waits = other.start(never);
	one.leave();
	await t.throwsAsync(waits, {code: 'SERVER_BUSY'});
});

test('a job that has ended is none any more; one that nobody came for is forgotten', t => {
	let nowMs = 1e6;
	const jobs = new Jobs(() => nowMs);
	const id = 'ab'.repeat(32);
	const own = jobs.find(1, id);
	if (own === undefined) return t.fail();
	jobs.end(own);
	t.is(jobs.find(1, id), undefined);
	nowMs += 60 * 60 * 1000;
	t.is(jobs.find(1, id), undefined, 'its token may still be good');
	t.is(jobs.find(2, undefined), undefined);
	jobs.announce(2, id, 'Ready');
	t.is(jobs.find(2, undefined)?.toolchain, id);
	nowMs += 61_000;
	jobs.sweep();
	t.is(jobs.find(2, undefined), undefined);
	jobs.announce(1, id, 'Ready');
	t.is(jobs.find(1, undefined)?.announced, true, 'a scheduler of v1 begins its numbers anew');
});

test('exit codes: as wait(2) has them for v1, plain for ours', t => {
	t.is(exitCodeFor(0, 1), 256);
	t.is(exitCodeFor(0, 0), 0);
	t.is(exitCodeFor(1, 4), 4);
});

test('free memory is what programs may have', t => {
	const text = 'MemTotal:       100 kB\nMemFree:         10 kB\nMemAvailable:    50 kB\n';
	t.deepEqual(parseMeminfo(text), {totalBytes: 102_400, freeBytes: 51_200});
	t.is(parseMeminfo('MemTotal: 100 kB\n'), undefined);
});
