import test from 'ava';
import fc from 'fast-check';
import {capacity} from '../../src/placement/capacity.js';
import {choose} from '../../src/placement/choose.js';
import type {JobFacts, ServerFacts} from '../../src/placement/facts.js';
import {finishTimeMs} from '../../src/placement/finish-time.js';
import {obstacle, passes} from '../../src/placement/obstacle.js';
import {afterFailure} from '../../src/placement/quarantine.js';

const toolchain = 'a'.repeat(64);
const nowMs = 1_000_000;

function server(facts: Partial<ServerFacts> = {}): ServerFacts {
	return {
		id: '10.0.0.1:10501',
		slots: 4,
		extensions: 1,
		assigned: 0,
		assignedMs: 0,
		speed: 1,
		foreignLoad: 0,
		memory: undefined,
		arch: 'x86_64',
		toolchains: new Set([toolchain]),
		refused: new Map(),
		health: undefined,
		draining: false,
		...facts,
	};
}

function job(facts: Partial<JobFacts> = {}): JobFacts {
	return {
		toolchain,
		arch: 'x86_64',
		memoryBytes: undefined,
		predictedMs: 1000,
		inputsBytes: 100_000,
		avoid: new Set(),
		links: new Map(),
		...facts,
	};
}

/** Of the servers, each with its number as id. */
function chosen(servers: readonly Partial<ServerFacts>[], facts: Partial<JobFacts> = {}) {
	const choice = choose(
		servers.map((each, index) => server({id: `${index}`, ...each})),
		job(facts),
		nowMs,
	);
	return choice.kind === 'server' ? Number(choice.server.id) : choice;
}

test('a server that has the result comes first, however slow and busy, until it is full', t => {
	const resultHint = '0123456789abcdef';
	const results = new Set([resultHint]);
	const has = {results, speed: 0.2, assigned: 4, assignedMs: 60_000, foreignLoad: 4};
	t.is(chosen([{speed: 2}, has], {resultHint}), 1);
	t.is(chosen([{speed: 2}, has]), 0, 'no hint');
	t.is(chosen([{speed: 2}, has], {resultHint: 'fedcba9876543210'}), 0);
	t.is(chosen([{speed: 2}, {...has, assigned: 6}], {resultHint}), 0, 'full');
	t.is(chosen([{speed: 2}, {...has, draining: true}], {resultHint}), 0);
	// A compile of no time is sooner done than its answer comes from afar.
	const links = new Map([['1', {roundTripMs: 500, bytesPerMs: 50_000}]]);
	t.is(chosen([{}, {results}], {resultHint, links, predictedMs: 100}), 0);
	t.is(chosen([{}, {results}], {resultHint, links, predictedMs: 1000}), 1);
	t.is(
		chosen([{}, {results}], {resultHint, links, predictedMs: 200}),
		1,
		'a core is left to others',
	);
});

test('the faster, the emptier, the nearer, the one with the toolchain', t => {
	t.is(chosen([{speed: 1}, {speed: 2}]), 1);
	t.is(
		chosen([
			{assigned: 3, assignedMs: 3000},
			{assigned: 1, assignedMs: 1000},
		]),
		1,
	);
	t.is(chosen([{foreignLoad: 8}, {foreignLoad: 0}]), 1);
	t.is(chosen([{toolchains: new Set()}, {}]), 1);
	const links = new Map([
		['0', {roundTripMs: 40, bytesPerMs: 2500}],
		['1', {roundTripMs: 0.3, bytesPerMs: 100_000}],
	]);
	t.is(chosen([{}, {}], {links}), 1);
	t.is(chosen([{speed: 4}, {}], {links}), 0, 'unless the compile makes up for it');
	t.is(chosen([{slots: 4}, {slots: 8}]), 1, 'of equals, the one with more room');
});

test('a free slot comes before a queue, unless it is far too slow for the job', t => {
	const queue = {speed: 3, assigned: 4, assignedMs: 4000};
	t.is(chosen([queue, {speed: 0.5}]), 1);
	t.is(chosen([queue, {speed: 0.5}], {predictedMs: 30_000}), 0);
	t.is(chosen([queue, {speed: 3, assigned: 5, assignedMs: 5000}]), 0, 'the shorter of two queues');
});

test('nobody stands behind a long job while full servers end short ones', t => {
	const long = {slots: 1, assigned: 1, assignedMs: 30_000};
	const short = {slots: 1, assigned: 2, assignedMs: 1000};
	t.deepEqual(chosen([long, short], {predictedMs: 500}), {
		kind: 'wait',
		reason: 'other servers will be free sooner',
	});
	t.is(chosen([long, {...short, assigned: 1, assignedMs: 500}], {predictedMs: 500}), 1);
	t.is(chosen([long, {...short, assignedMs: 60_000}], {predictedMs: 500}), 0);
	t.is(chosen([long, {...short, draining: true}], {predictedMs: 500}), 0);
});

test('what waits and what never will go has its reason', t => {
	const full = {assigned: 6, assignedMs: 6000};
	t.deepEqual(chosen([]), {kind: 'impossible', reason: 'there are no servers'});
	t.deepEqual(chosen([full, {draining: true}]), {kind: 'wait', reason: 'all servers are full'});
	t.deepEqual(chosen([{arch: 'aarch64'}]), {
		kind: 'impossible',
		reason: 'no server is a x86_64',
	});
	t.deepEqual(chosen([{refused: new Map([[toolchain, 'illegal instruction']])}, {arch: 'arm'}]), {
		kind: 'impossible',
		reason: '0 refuses the toolchain: illegal instruction',
	});
	t.deepEqual(chosen([{health: afterFailure(undefined, 'no space left', nowMs)}]), {
		kind: 'wait',
		reason: '0 is in quarantine: no space left',
	});
	t.deepEqual(chosen([{}], {avoid: new Set(['0'])}), {
		kind: 'impossible',
		reason: 'the client avoids all servers that could take it',
	});
});

test('memory: what was promised counts as taken, an idle machine takes one job, none takes more than it has', t => {
	const memory = {totalBytes: 8e9, freeBytes: 2e9, promisedBytes: 1.5e9};
	const one = {assigned: 1, assignedMs: 1000};
	t.is(chosen([{memory, ...one}], {memoryBytes: 4e8}), 0);
	t.deepEqual(chosen([{memory, ...one}], {memoryBytes: 6e8}), {
		kind: 'wait',
		reason: 'no server has enough memory free',
	});
	t.is(chosen([{memory}], {memoryBytes: 6e9}), 0);
	t.deepEqual(chosen([{memory}], {memoryBytes: 9e9}), {
		kind: 'impossible',
		reason: 'no server has as much memory',
	});
	t.is(chosen([{memory: undefined, ...one}], {memoryBytes: 9e9}), 0, 'of v1 nothing is known');
});

test('capacity: v1 as Mozilla has it, others a quarter more than they run', t => {
	const of = (slots: number, extensions: number) => capacity({slots, extensions});
	t.deepEqual(
		[1, 4, 8, 64].map(slots => of(slots, 0)),
		[2, 5, 10, 73],
	);
	t.deepEqual(
		[1, 4, 8, 64].map(slots => of(slots, 1)),
		[2, 6, 11, 81],
	);
	t.is(of(0, 1), 0);
});

test('a server that is busier is never expected to be done sooner', t => {
	const facts = fc.record({assigned: fc.nat(30), slots: fc.integer({min: 1, max: 16})});
	fc.assert(
		fc.property(facts, ({assigned, slots}) => {
			const busy = (count: number) => server({slots, assigned: count, assignedMs: count * 700});
			return finishTimeMs(busy(assigned), job()) <= finishTimeMs(busy(assigned + 1), job());
		}),
	);
	t.pass();
});

const arch = fc.constantFrom('x86_64', 'aarch64', undefined);
const anyServer = fc.record({
	slots: fc.nat(20),
	extensions: fc.nat(1),
	assigned: fc.nat(25),
	speed: fc.double({min: 0.1, max: 8, noNaN: true}),
	foreignLoad: fc.double({min: 0, max: 30, noNaN: true}),
	memory: fc.option(
		fc.record({totalBytes: fc.nat(16e8), freeBytes: fc.nat(8e8), promisedBytes: fc.nat(4e8)}),
		{nil: undefined},
	),
	arch,
	draining: fc.boolean(),
	toolchains: fc.constantFrom(new Set<string>(), new Set([toolchain])),
	refused: fc.constantFrom(new Map<string, string>(), new Map([[toolchain, 'too new']])),
	health: fc.constantFrom(undefined, afterFailure(undefined, 'it broke', nowMs - 1)),
});
const anyJob = fc.record({
	arch,
	memoryBytes: fc.option(fc.nat(12e8), {nil: undefined}),
	predictedMs: fc.option(fc.nat(60_000), {nil: undefined}),
	avoid: fc.uniqueArray(fc.nat(5)).map(ids => new Set(ids.map(String))),
});

test('never one that is full, about to end, refused, avoided, in quarantine, too small or of another architecture', t => {
	fc.assert(
		fc.property(fc.array(anyServer, {maxLength: 12}), anyJob, (many, facts) => {
			const servers = many.map((each, index) =>
				server({id: `${index}`, ...each, assignedMs: each.assigned * 500}),
			);
			const wanted = job(facts);
			const choice = choose(servers, wanted, nowMs);
			if (choice.kind !== 'server') {
				const whys = servers.map(each => obstacle(each, wanted, nowMs));
				const later = whys.some(why => why !== undefined && passes(why));
				return whys.includes(undefined)
					? whys.includes('full') && choice.kind === 'wait'
					: (choice.kind === 'wait') === later;
			}
			const {id, memory, assigned, ...rest} = choice.server;
			return (
				assigned < capacity(rest) &&
				!rest.draining &&
				!rest.refused.has(toolchain) &&
				!wanted.avoid.has(id) &&
				rest.health === undefined &&
				(rest.arch === undefined || wanted.arch === undefined || rest.arch === wanted.arch) &&
				(memory === undefined || (wanted.memoryBytes ?? 0) <= memory.totalBytes)
			);
		}),
		{numRuns: 1000},
	);
	t.pass();
});
