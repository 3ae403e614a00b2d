import test from 'ava';
import {BodyMemory} from '../../../src/client/dist/body-memory.js';

const parts = (...sizes: number[]) => sizes.map((size, index) => Buffer.alloc(size, index + 1));

test('a body is its parts, whatever lay there before', t => {
	const memory = new BodyMemory();
	const long = memory.join(parts(1000, 70_000));
	t.true(long.equals(Buffer.concat(parts(1000, 70_000))));
	memory.giveBack(long);
	const short = memory.join(parts(3, 0, 5));
	t.true(short.equals(Buffer.concat(parts(3, 0, 5))));
});

test('what was given back is used again, and what was not is left alone', t => {
	const memory = new BodyMemory();
	const first = memory.join(parts(100_000));
	const second = memory.join(parts(100_000));
	t.false(first.buffer === second.buffer);
	memory.giveBack(first);
	const third = memory.join(parts(90_000));
	t.true(third.buffer === first.buffer);
	t.true(second.equals(Buffer.concat(parts(100_000))));
	const fourth = memory.join(parts(90_000));
	t.false(fourth.buffer === first.buffer || fourth.buffer === second.buffer);
});

test('memory that is given back is not kept without end', t => {
	const memory = new BodyMemory();
	const bodies = Array.from({length: 5}, () => memory.join(parts(16 * 1024 * 1024)));
	for (const body of bodies) memory.giveBack(body);
	const again = new Set(bodies.map(() => memory.join(parts(1000)).buffer));
	t.is(bodies.filter(({buffer}) => again.has(buffer)).length, 2);
});
