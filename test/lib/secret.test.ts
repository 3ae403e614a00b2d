import {format, inspect} from 'node:util';
import test from 'ava';
import {deepFreeze} from '../../src/lib/deep-freeze.js';
import {holdsSecret, Secret} from '../../src/lib/secret.js';

test('a secret is shown to who asks for it, and printed by nothing', t => {
	const secret = new Secret('hunter2');
	t.is(secret.reveal(), 'hunter2');
	const printed = [
		`${secret}`,
		JSON.stringify({secret}),
		inspect({secret}, {showHidden: true, depth: 9}),
		inspect(secret, {customInspect: false, showHidden: true}),
		format('%s %o %j', secret, secret, secret),
		String(Object.entries(secret)),
		inspect(structuredClone({secret}), {showHidden: true}),
	];
	for (const text of printed) t.notRegex(text, /hunter2/);
	t.is(printed[0], '(secret)');
});

test('a secret is found at any depth', t => {
	t.true(holdsSecret({a: [{b: new Secret('x')}]}));
	t.false(holdsSecret({a: [{b: 'x'}], c: null, d: undefined}));
});

test('a frozen value is frozen to its ground', t => {
	const value = deepFreeze({a: [{b: 1}], secret: new Secret('x')});
	t.true(Object.isFrozen(value.a[0]));
	t.is(value.secret.reveal(), 'x');
});
