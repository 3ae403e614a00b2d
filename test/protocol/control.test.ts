import test from 'ava';
import {decodeControlReply} from '../../src/protocol/control-frames.js';
import {toCounters} from '../../src/stats/counters.js';

/** What the front and the daemon say to one another. */

const zeroCounters = toCounters([]);

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
