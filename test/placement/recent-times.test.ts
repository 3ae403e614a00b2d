import test from 'ava';
import {
	isFarSooner,
	noTimes,
	observeTime,
	type RecentTimes,
} from '../../src/placement/recent-times.js';

const of = (...tookMs: readonly number[]): RecentTimes => tookMs.reduce(observeTime, noTimes);
const often = (tookMs: number, count = 20) => of(...Array.from({length: count}, () => tookMs));

test('a place is far sooner once it has been so for a while', t => {
	t.true(isFarSooner(often(500), often(900)));
	t.false(isFarSooner(often(500), often(700)));
	t.false(isFarSooner(often(500, 3), often(900)), 'not enough was seen there');
	t.false(isFarSooner(often(500), often(900, 3)), 'not enough was seen here');
});

test('one long compile is no slow machine, and times that change are followed', t => {
	t.false(isFarSooner(often(500), of(...Array.from({length: 20}, () => 500), 20_000)));
	const faster = Array.from({length: 40}, () => 300);
	t.false(isFarSooner(often(500), of(...Array.from({length: 20}, () => 2000), ...faster)));
});
