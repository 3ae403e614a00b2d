import test from 'ava';
import fc from 'fast-check';
import {packIds, unpackIds} from '../../src/store/packed-ids.js';

test('ids come out as they went in', t => {
	fc.assert(
		fc.property(
			fc.array(fc.oneof(fc.nat(300), fc.nat(2 ** 31 - 1), fc.integer({min: 0, max: 2 ** 51}))),
			ids => {
				t.deepEqual(unpackIds(packIds(ids)), ids);
			},
		),
	);
});

test('neighbours take a byte each', t => {
	t.is(packIds(Array.from({length: 100}, (_, index) => 1_000_000 + index)).length, 102);
});
