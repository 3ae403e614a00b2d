import test from 'ava';
import {progressOn} from '../../src/lib/progress.js';

function on(stream: {isTTY?: boolean; columns?: number}, terminal?: string) {
	let nowMs = 0;
	const written: string[] = [];
	const progress = progressOn(
		{...stream, write: text => written.push(text)},
		terminal,
		() => nowMs,
	);
	return {
		...progress,
		written,
		later: (ms: number) => {
			nowMs += ms;
		},
	};
}

test('on a terminal, the last word replaces the one before and is taken back at the end', t => {
	const {show, clear, later, written} = on({isTTY: true}, 'xterm');
	show('1 of 3');
	later(100);
	show('2 of 3');
	clear();
	clear();
	t.deepEqual(written, ['\r\x1b[K1 of 3', '\r\x1b[K2 of 3', '\r\x1b[K']);
});

test('what comes too soon after another, or is the same, is left out', t => {
	const {show, clear, later, written} = on({isTTY: true});
	show('1 %');
	show('2 %');
	later(100);
	show('1 %');
	show('3 %');
	clear();
	show('again');
	t.deepEqual(written, ['\r\x1b[K1 %', '\r\x1b[K3 %', '\r\x1b[K', '\r\x1b[Kagain']);
});

test('what does not fit into a line is cut: two lines could not be taken back', t => {
	const {show, written} = on({isTTY: true, columns: 10});
	show('0123456789abc');
	t.deepEqual(written, ['\r\x1b[K012345678']);
});

for (const [where, stream, terminal] of [
	['a pipe', {}, 'xterm'],
	['a file', {isTTY: false}, 'xterm'],
	['a terminal that takes no commands', {isTTY: true}, 'dumb'],
] as const) {
	test(`nothing goes to ${where}`, t => {
		const {show, clear, written} = on(stream, terminal);
		show('1 of 3');
		clear();
		t.deepEqual(written, []);
	});
}
