import test from 'ava';
import {capacity} from '../../src/placement/capacity.js';
import {fastest, leastLoaded, ours} from './policies.js';
import {seeded} from './random.js';
import {type FarmShape, farm, healedMs, type Load, load, lowerBoundMs} from './scenario.js';
import {type Client, type Machine, type Outcome, type Policy, simulate} from './simulated-farm.js';

const seeds = [1, 2];
const homes = {machines: 200, v1: 0.15, unknownMemory: 0.1, busyElsewhere: 0.1};

interface Played {
	readonly machines: readonly Machine[];
	readonly clients: readonly Client[];
	readonly outcome: Outcome;
	readonly boundMs: number;
}

function play(seed: number, shape: FarmShape, work: Load, policy: Policy): Played {
	const random = seeded(seed);
	const machines = farm(random, shape);
	const clients = load(random, machines, work);
	const boundMs = lowerBoundMs(machines, clients);
	return {machines, clients, boundMs, outcome: simulate(machines, clients, policy, random)};
}

const mean = (values: readonly number[]): number =>
	values.reduce((sum, value) => sum + value, 0) / values.length;

/** Over the seeds, each rule with the same farms and jobs. */
function compare(shape: FarmShape, work: Load) {
	const of = (policy: () => Policy) => {
		const played = seeds.map(seed => play(seed, shape, work, policy()));
		return {
			played,
			makespan: mean(played.map(({outcome, boundMs}) => outcome.makespanMs / boundMs)),
			turnaroundMs: mean(played.map(({outcome}) => outcome.meanTurnaroundMs)),
		};
	};
	return {ours: of(ours), leastLoaded: of(leastLoaded), fastest: of(fastest)};
}

// The bound has the longest job of all begin at once on the fastest machine, which is what most of the factors are made of.
test('builds of make -j on half of a farm: less than six times the lower bound, and better than either rule of old', t => {
	const result = compare(homes, {clients: 6, jobsEach: 3500, width: 150});
	const {played, makespan, turnaroundMs} = result.ours;
	t.log(summary(result));
	for (const {outcome} of played) t.is(outcome.jobsDone, 21_000);
	t.true(makespan < 6, `${makespan}`);
	t.true(makespan < result.leastLoaded.makespan);
	t.true(makespan < result.fastest.makespan);
	t.true(turnaroundMs < 0.8 * result.leastLoaded.turnaroundMs);
	t.true(turnaroundMs < result.fastest.turnaroundMs);
});

test('one build on a farm that is mostly idle: less than twice the lower bound', t => {
	const result = compare(homes, {clients: 1, jobsEach: 4000, width: 60});
	const {makespan, turnaroundMs} = result.ours;
	t.log(summary(result));
	t.true(makespan < 2, `${makespan}`);
	t.true(turnaroundMs < 0.7 * result.leastLoaded.turnaroundMs);
	t.true(turnaroundMs < result.fastest.turnaroundMs);
});

test('jobs that come by chance, at almost what the farm can do: each is done sooner than by either rule of old', t => {
	const result = compare(homes, {clients: 20, jobsEach: 1500, everyMs: 24});
	const {played, makespan, turnaroundMs} = result.ours;
	t.log(summary(result));
	t.true(makespan < 3.5, `${makespan}`);
	t.true(turnaroundMs < 0.9 * result.leastLoaded.turnaroundMs);
	t.true(turnaroundMs < result.fastest.turnaroundMs);
	for (const {outcome} of played) t.true(outcome.longestWaitMs < 5000);
});

test('a farm with half more jobs than fit starves nobody, and no server has more than fits', t => {
	const shape = {machines: 80, v1: 0.3, arm: 0.2};
	const work = {clients: 10, jobsEach: 1500, width: 300, arm: 0.3};
	const {machines, clients, outcome} = play(4, shape, work, ours());
	t.is(outcome.jobsDone, 15_000);
	const room = machines.reduce((sum, {facts}) => sum + capacity(facts), 0);
	t.true(clients.length * 300 > 1.5 * room, 'more than fits');
	for (const {facts, mostAssigned} of machines) {
		t.true(mostAssigned <= capacity(facts), `${mostAssigned} jobs at once in ${facts.slots} slots`);
	}
	// Each of the 300 waits for those before it, as long as a fifth of all takes.
	t.true(
		outcome.longestWaitMs < outcome.makespanMs / 3,
		`${outcome.longestWaitMs} of ${outcome.makespanMs}`,
	);
});

test('servers that fail get few jobs, and get them again once they are well', t => {
	const shape = {machines: 60, failing: 0.2};
	const work = {clients: 6, jobsEach: 6000, width: 120};
	const {machines, outcome} = play(5, shape, work, ours());
	const failing = machines.filter(machine => machine.failing(0) > 0);
	t.true(failing.length > 5);
	t.is(outcome.jobsDone, 36_000);
	t.true(outcome.makespanMs > 2 * healedMs, 'long enough to see both');
	const fails = failing.reduce((sum, {jobsFailed}) => sum + jobsFailed, 0);
	t.true(fails > 0);
	t.true(fails < 0.02 * outcome.jobsDone, `${fails} failed`);
	for (const {jobsDone, facts} of failing) t.true(jobsDone > 2 * facts.slots, `${jobsDone}`);
});

test('a toolchain is sent to as many servers as its build needs, and not to all', t => {
	const work = {clients: 1, jobsEach: 3000, width: 40};
	const {machines} = play(6, {machines: 200}, work, ours());
	const installed = machines.filter(({installed}) => installed.size > 0);
	const slots = installed.reduce((sum, {facts}) => sum + facts.slots, 0);
	t.true(slots >= 40);
	t.true(installed.length < 60, `${installed.length} servers`);
});

function summary(result: ReturnType<typeof compare>): string {
	return Object.entries(result)
		.map(([name, {makespan, turnaroundMs}]) => {
			return `${name}: ${makespan.toFixed(2)} times the bound, ${turnaroundMs.toFixed(0)} ms a job`;
		})
		.join('; ');
}
