import test from 'ava';
import {Screen} from '../../src/top/screen.js';

function place() {
	const written: string[] = [];
	const output = {columns: 20, rows: 3, write: (text: string) => written.push(text)};
	return {screen: new Screen(output), written};
}

const size = {columns: 20, rows: 3};

test('a frame is one write, inside of synchronized output, of the lines that have changed', t => {
	const {screen, written} = place();
	screen.enter();
	screen.draw(['one', 'two', 'three'], size);
	screen.draw(['one', 'TWO', 'three'], size);
	screen.draw(['one', 'TWO', 'three'], size);
	t.is(written.length, 3);
	const [, first = '', second = ''] = written;
	for (const frame of [first, second]) {
		t.true(frame.startsWith('\u001b[?2026h'));
		t.true(frame.endsWith('\u001b[?2026l'));
	}
	t.true(first.includes('one') && first.includes('two') && first.includes('three'));
	t.is(second, '\u001b[?2026h\u001b[2;1H\u001b[KTWO\u001b[?2026l');
});

test('another size, and what else may have been written there, make all of it anew', t => {
	const {screen, written} = place();
	screen.enter();
	screen.draw(['a', 'b'], size);
	screen.draw(['a', 'b'], {columns: 30, rows: 2});
	t.true(written[2]?.includes('\u001b[2J'));
	screen.forget();
	screen.draw(['a', 'b'], {columns: 30, rows: 2});
	t.true(written[3]?.includes('\u001b[2J'));
});

test('the terminal is left as it was found, once, and nothing is drawn afterwards', t => {
	const {screen, written} = place();
	screen.draw(['early'], size);
	screen.enter();
	screen.enter();
	screen.leave();
	screen.leave();
	screen.draw(['late'], size);
	t.is(written.length, 2);
	for (const [on, off] of [
		['[?1049h', '[?1049l'],
		['[?25l', '[?25h'],
		['[?7l', '[?7h'],
	] as const) {
		t.true(written[0]?.includes(on));
		t.true(written[1]?.includes(off));
	}
});
