import test from 'ava';
import type {Counters} from '../../src/protocol/control.js';
import {decodeControlReply} from '../../src/protocol/control-frames.js';

/** What the front and the daemon say to one another. */

const zeroCounters: Counters = {
	requests: 0,
	directHits: 0,
	preprocessedHits: 0,
	misses: 0,
	failed: 0,
	notCacheable: 0,
	notCompile: 0,
	fallbacks: 0,
	recached: 0,
	writes: 0,
	writeErrors: 0,
	hitMs: 0,
	compileMs: 0,
	storeMs: 0,
	savedMs: 0,
	languages: [],
	notCacheableReasons: {},
	notCompileReasons: {},
	fallbackReasons: {},
	distCompiles: {},
	distErrors: {},
	notDistributedReasons: {},
	tiers: {},
};

test('the statistics of a daemon from before distribution are understood', t => {
	const {distCompiles, distErrors, notDistributedReasons, ...counters} = zeroCounters;
	const reply = {
		ok: true,
		stats: {
			counters: {...counters, requests: 3},
			cacheLocation: 'Local disk: "/cache"',
			cacheSizeBytes: 1,
			maxCacheSizeBytes: 2,
			entries: 1,
			directMode: true,
			version: '0.1.0',
		},
	};
	const {stats} = decodeControlReply('stats', Buffer.from(JSON.stringify(reply)));
	t.deepEqual(stats.counters, {...zeroCounters, requests: 3});
});
