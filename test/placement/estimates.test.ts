import test from 'ava';
import {finishThereMs, observeFarm, unknownFarm} from '../../src/placement/farm-estimate.js';
import {finishHereMs} from '../../src/placement/here.js';
import {localOrRemote} from '../../src/placement/local-or-remote.js';
import {
	noObservations,
	observeCompile,
	type Predictor,
	predictMs,
} from '../../src/placement/predict.js';
import {
	afterFailure,
	afterProbe,
	afterSuccess,
	type Health,
	standing,
} from '../../src/placement/quarantine.js';
import {observeSpeed, speedOf, unknownSpeed} from '../../src/placement/speed.js';
import {seeded} from './random.js';

test('speed: predicted by actual time, whatever the jobs are, and of what the machine would be alone', t => {
	const random = seeded(1);
	let estimate = unknownSpeed;
	t.is(speedOf(estimate), 1);
	for (let n = 0; n < 200; n++) {
		const predictedMs = 2000 * random.skewed(1);
		const actualMs = (predictedMs / 2.5) * 1.2 * Math.exp(0.3 * random.normal());
		estimate = observeSpeed(estimate, {predictedMs, actualMs, slowdown: 1.2});
	}
	t.true(Math.abs(speedOf(estimate) - 2.5) < 0.3, `${speedOf(estimate)}`);
	const before = speedOf(estimate);
	estimate = observeSpeed(estimate, {predictedMs: 1000, actualMs: 1e7, slowdown: 1});
	t.true(speedOf(estimate) > 0.95 * before, 'one that hung says little');
	for (let n = 0; n < 100; n++) {
		estimate = observeSpeed(estimate, {predictedMs: 1000, actualMs: 2000, slowdown: 1});
	}
	t.true(speedOf(estimate) < 0.7, 'a machine that became slow is found out');
	t.is(observeSpeed(estimate, {predictedMs: 0, actualMs: 5, slowdown: 1}), estimate);
});

test('quarantine: one failure is two seconds, each further one twice as long, ten minutes at most', t => {
	let nowMs = 0;
	let health: Health | undefined;
	const outs: number[] = [];
	for (let n = 0; n < 12; n++) {
		health = afterFailure(health, 'it broke', nowMs);
		outs.push(health.untilMs - nowMs);
		t.is(standing(health, nowMs), 'quarantined');
		nowMs = health.untilMs;
		t.is(standing(health, nowMs), 'probe');
	}
	t.deepEqual(outs.slice(0, 4), [2000, 4000, 8000, 16_000]);
	t.is(outs.at(-1), 600_000);
});

test('quarantine: failures of what was there before add nothing, nor does its success end it', t => {
	const health = afterFailure(undefined, 'it broke', 0);
	t.is(afterFailure(health, 'another job of it', 1), health);
	t.is(afterSuccess(health), health);
});

test('quarantine: one job is the probe; its success brings the server back, its failure puts it out for longer', t => {
	const probed = afterProbe(afterFailure(undefined, 'it broke', 0), 2000);
	t.is(standing(probed, 2001), 'quarantined');
	t.is(standing(probed, 62_001), 'probe', 'a probe that says nothing is followed by another');
	t.is(standing(afterSuccess(probed), 2500), 'good');
	const failed = afterFailure(probed, 'still broken', 3000);
	t.is(failed.untilMs, 7000);
});

test('quarantine: a server that does much well is forgiven, one that does half is out most of the time', t => {
	const run = (failsEach: number) => {
		let health: Health | undefined;
		let nowMs = 0;
		let outMs = 0;
		for (let n = 1; n <= 1000; n++) {
			if (n % failsEach === 0) {
				health = afterFailure(health, 'it broke', nowMs);
				outMs += health.untilMs - nowMs;
				nowMs = health.untilMs;
				health = afterProbe(health, nowMs);
			} else {
				health = afterSuccess(health);
			}
			nowMs += 1000;
		}
		return outMs / nowMs;
	};
	t.true(run(100) < 0.03, `${run(100)}`);
	t.true(run(2) > 0.9, `${run(2)}`);
});

test('prediction: the last time of the same unit, else what its size says, of its family', t => {
	const of = (sizeBytes: number, predictor = noObservations) =>
		predictMs({family: 'g++', sizeBytes}, predictor);
	t.is(predictMs({family: 'g++', sizeBytes: 1e6, lastMs: 777}, noObservations), 777);
	t.true(of(20_000) < of(1_000_000));
	t.true(of(1_000_000) > 100 && of(1_000_000) < 1500, `${of(1_000_000)}`);
	const random = seeded(2);
	let predictor: Predictor = noObservations;
	for (let n = 0; n < 500; n++) {
		const sizeBytes = random.between(10_000, 3_000_000);
		predictor = observeCompile(predictor, {
			family: 'g++',
			sizeBytes,
			actualMs: sizeBytes * 0.002 * random.skewed(0.3),
		});
	}
	for (const sizeBytes of [30_000, 300_000, 2_000_000]) {
		const ratio = of(sizeBytes, predictor) / (sizeBytes * 0.002);
		t.true(ratio > 0.7 && ratio < 1.4, `${sizeBytes}: ${ratio}`);
	}
	t.is(
		predictMs({family: 'gcc', sizeBytes: 1e6}, predictor),
		predictMs({family: 'gcc', sizeBytes: 1e6}, noObservations),
	);
	t.is(observeCompile(predictor, {family: 'g++', sizeBytes: 1, actualMs: 0}), predictor);
});

test('prediction: sources of one kind are nearly of one size; a few of them tell of the next, and of no other size', t => {
	const random = seeded(3);
	let predictor: Predictor = noObservations;
	const observe = (sizeBytes: number, meanMs: number) => {
		predictor = observeCompile(predictor, {
			family: 'g++',
			sizeBytes: sizeBytes + random.between(0, 2000),
			actualMs: meanMs * Math.exp(0.1 * random.normal()),
		});
	};
	const of = (sizeBytes: number) => predictMs({family: 'g++', sizeBytes}, predictor);
	// No line, however steep, goes through both.
	for (let n = 0; n < 36; n++) observe(3_160_000, 250);
	const before = of(5_160_000);
	t.true(before < 700, `${before}`);
	for (let n = 0; n < 2; n++) observe(5_160_000, 2700);
	t.true(of(5_160_000) > 1500 && of(5_160_000) < 3300, `${of(5_160_000)}`);
	t.true(of(3_160_000) > 220 && of(3_160_000) < 280, `${of(3_160_000)}`);
	t.true(of(4_000_000) < 800, `${of(4_000_000)}`);
	for (let n = 0; n < 1000; n++) observe(3_160_000, 250);
	t.true(of(5_160_000) < 1000, 'what was long ago is forgotten');
});

test('here or there: tiny ones and those that a free core does as well stay; what does not fit goes', t => {
	const ask = (predictedMs: number, freeSlots: number, hereMs: number, thereMs?: number) =>
		localOrRemote({
			predictedMs,
			here: {freeSlots, finishMs: hereMs},
			there: thereMs === undefined ? undefined : {finishMs: thereMs},
		});
	t.is(ask(20, 0, 5000, 30), 'local');
	t.is(ask(1000, 2, 1000, 900), 'local');
	t.is(ask(3000, 2, 3000, 1000), 'remote', 'a far faster farm');
	t.is(ask(1000, 0, 4000, 1100), 'remote');
	t.is(ask(1000, 0, 1200, 1100), 'either');
	t.is(ask(1000, 0, 1200, 3000), 'local', 'a slow farm');
	t.is(ask(1000, 0, 4000), 'local', 'no farm');
});

test('this machine: a queue is waited for, a faster one is sooner, nothing is sent', t => {
	const job = {
		toolchain: 'a'.repeat(64),
		arch: 'x86_64',
		memoryBytes: undefined,
		predictedMs: 1000,
		inputsBytes: 1e9,
		avoid: new Set<string>(),
		links: new Map(),
	};
	const idle = {slots: 4, assigned: 0, assignedMs: 0, speed: 1, foreignLoad: 0};
	t.is(finishHereMs(idle, job), 1000);
	t.is(finishHereMs({...idle, speed: 2}, job), 500);
	const full = finishHereMs({...idle, assigned: 4, assignedMs: 4000}, job);
	t.true(finishHereMs({...idle, assigned: 8, assignedMs: 8000}, job) > full && full > 1250);
});

test('the farm: what it adds and how fast it is, as its jobs show', t => {
	let farm = unknownFarm;
	for (let n = 0; n < 60; n++) {
		farm = observeFarm(farm, {predictedMs: 1000, actualMs: 500, wholeMs: 600});
	}
	const expectedMs = finishThereMs(farm, 2000);
	t.true(expectedMs > 1050 && expectedMs < 1150, `${expectedMs}`);
});
