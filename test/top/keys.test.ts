import test from 'ava';
import {firstChoice} from '../../src/top/frame/choice.js';
import {keysIn} from '../../src/top/frame/keys.js';
import {press} from '../../src/top/frame/press.js';

test('keys are known as different terminals send them', t => {
	t.deepEqual(keysIn('\u001b[A\u001bOB\u001b[5~\u001b[6~'), ['up', 'down', 'pageUp', 'pageDown']);
	t.deepEqual(keysIn('\u001b[H\u001b[1~\u001bOF\u001b[4~\u001b[1;5A'), [
		'home',
		'home',
		'end',
		'end',
		'up',
	]);
	t.deepEqual(keysIn('Qh?\u0003\u001a\u000c\u001b'), [
		...['q', 'h', '?', 'interrupt', 'suspend', 'redraw', 'escape'],
	]);
	t.deepEqual(keysIn('\u001b[200~\u001b[I'), []);
});

test('s, p and v go round, and come to where they began', t => {
	for (const key of ['s', 'p', 'v']) {
		const once = press(firstChoice, key, 10);
		t.notDeepEqual(once, firstChoice);
		t.deepEqual(press(press(once, key, 10), key, 10), firstChoice);
	}
});

test('a page is as many lines as are seen, less one; nothing is above the first', t => {
	t.is(press(firstChoice, 'pageDown', 10).offset, 9);
	t.is(press({...firstChoice, offset: 4}, 'pageUp', 10).offset, 0);
	t.is(press(firstChoice, 'up', 10).offset, 0);
	t.is(press(firstChoice, 'j', 10).offset, 1);
});

test('help comes and goes, and begins at its top', t => {
	const help = press({...firstChoice, offset: 7}, 'h', 10);
	t.true(help.isHelp);
	t.is(help.offset, 0);
	t.false(press(help, 'escape', 10).isHelp);
	t.deepEqual(press(firstChoice, 'x', 10), firstChoice);
});
