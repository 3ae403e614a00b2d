import fc from 'fast-check';
import type {LiveJob, LiveServer, LiveSums, LiveView} from '../../src/protocol/live.js';

/** What there is to be seen in tests. */

const noon = new Date(2026, 0, 20, 12, 0, 5).getTime();

export const noSums: LiveSums = {compiles: 0, hits: 0, remote: 0, savedMs: 0};

export const quiet: LiveView = {
	teller: 'client',
	version: '0.1.0',
	atMs: noon,
	startedMs: noon - 65_000,
	scheduler: 'none',
	queued: 0,
	servers: [],
	clients: [
		{
			...{host: 'pc', slots: 8, running: 0, waiting: 0, lastSeenMs: 0},
			minutes: Array.from({length: 30}, () => noSums),
		},
	],
	jobs: [],
	jobsInAll: 0,
};

export const server: LiveServer = {
	address: '192.0.2.1:10501',
	state: 'up',
	reason: '',
	quarantineMs: 0,
	slots: 10,
	jobs: 5,
	speed: 1.25,
	load: 4.4,
	arch: 'x86_64',
	memoryTotalBytes: 32e9,
	memoryFreeBytes: 8e9,
	toolchains: [],
	refused: {},
	done: 0,
	failed: 0,
	lastSeenMs: 100,
};

export const job: LiveJob = {
	id: '0.1',
	client: 'pc',
	package: 'dev-libs/foo-1',
	unit: 'a.c',
	server: '',
	state: 'runs',
	ageMs: 2000,
};

/** With all that a name may hold: other scripts, joined letters, and what terminals obey. */
const name = fc.oneof(
	fc.string({maxLength: 60}),
	fc.string({unit: 'grapheme', maxLength: 40}),
	fc.constantFrom(
		'',
		'漢字漢字漢字漢字漢字漢字.cpp',
		'\u001b[2J\u0007',
		'e\u0301\u0301\u0301.c',
		'👩‍👩‍👧‍👦.c',
	),
);
const sums = fc.record({
	compiles: fc.nat(100_000),
	hits: fc.nat(100_000),
	remote: fc.nat(100_000),
	savedMs: fc.double({min: 0, max: 1e12, noNaN: true}),
});

const anyServer: fc.Arbitrary<LiveServer> = fc.record(
	{
		address: name,
		state: fc.constantFrom('up', 'draining', 'quarantined', 'silent'),
		reason: name,
		quarantineMs: fc.nat(),
		slots: fc.nat(1000),
		jobs: fc.nat(1000),
		speed: fc.double({min: 0, max: 1000, noNaN: true}),
		load: fc.double({min: 0, max: 1000, noNaN: true}),
		arch: name,
		memoryTotalBytes: fc.maxSafeNat(),
		memoryFreeBytes: fc.maxSafeNat(),
		toolchains: fc.constant([]),
		refused: fc.constant({}),
		done: fc.nat(),
		failed: fc.nat(),
		lastSeenMs: fc.nat(),
	},
	{
		requiredKeys: [
			...(['address', 'state', 'reason', 'quarantineMs', 'slots', 'jobs', 'speed'] as const),
			...(['toolchains', 'refused', 'done', 'failed', 'lastSeenMs'] as const),
		],
	},
);

const anyJob: fc.Arbitrary<LiveJob> = fc.record({
	id: name,
	client: name,
	package: fc.oneof(name, fc.constantFrom('dev-libs/foo-1', 'dev-qt/qtbase-6.8')),
	unit: name,
	server: fc.oneof(fc.constant(''), name),
	state: fc.constantFrom('asked', 'sent', 'runs'),
	ageMs: fc.nat(),
});

export const anyView: fc.Arbitrary<LiveView> = fc.record({
	teller: fc.constant('client'),
	version: name,
	atMs: fc.constant(noon),
	startedMs: fc.nat(noon),
	scheduler: fc.constantFrom('reached', 'away', 'none'),
	queued: fc.nat(),
	servers: fc.array(anyServer, {maxLength: 40}),
	clients: fc.array(
		fc.record({
			...{host: name, slots: fc.nat(500), running: fc.nat(500), waiting: fc.nat(500)},
			minutes: fc.array(sums, {maxLength: 60}),
			lastSeenMs: fc.nat(),
		}),
		{maxLength: 2},
	),
	jobs: fc.array(anyJob, {maxLength: 60}),
	jobsInAll: fc.nat(),
});
