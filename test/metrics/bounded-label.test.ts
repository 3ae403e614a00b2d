import test from 'ava';
import fc from 'fast-check';
import {boundedCounts, boundedLabel} from '../../src/metrics/bounded-label.js';

test('the first values keep their name for good, later ones share one', t => {
	const label = boundedLabel(2);
	t.deepEqual(['a', 'b', 'c', 'a', 'd', 'b'].map(label), ['a', 'b', 'other', 'a', 'other', 'b']);
});

test('whatever comes, there are no more labels than allowed, nothing is lost, and no count goes back', t => {
	const additions = fc.array(fc.tuple(fc.string({maxLength: 2}), fc.nat(9)), {maxLength: 60});
	fc.assert(
		fc.property(fc.integer({min: 1, max: 6}), additions, (most, added) => {
			const bounded = boundedLabel(most);
			const counts: Record<string, number> = Object.create(null);
			let before: ReadonlyMap<string, number> = new Map();
			for (const [value, count] of added) {
				counts[value] = (counts[value] ?? 0) + count;
				const now = boundedCounts(bounded, counts);
				if (now.size > most + 1) return false;
				for (const [label, sum] of before) if ((now.get(label) ?? 0) < sum) return false;
				const total = Object.values(counts).reduce((one, other) => one + other, 0);
				if ([...now.values()].reduce((one, other) => one + other, 0) !== total) return false;
				before = now;
			}
			return true;
		}),
	);
	t.pass();
});
