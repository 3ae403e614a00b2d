import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {environmentNames, uncacheableVariable} from '../../src/key/environment.js';
import {compileEnvironment} from '../../src/server/environment.js';
import {packageFolder} from '../shim/place.js';

/** Which variables count for a compile is said in three places, one of them in C. */

/** What the shim sends: patterns, a `*` at the end of a prefix. */
function sentByShim(): readonly string[] {
	const source = readFileSync(join(packageFolder, 'src/shim/environment.c'), 'utf8');
	const [, list = ''] = /sent\[\] = \{\n(.*?)\n\};/s.exec(source) ?? [];
	return [...list.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);
}

const isSent = (name: string): boolean =>
	sentByShim().some(pattern =>
		pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
	);

test('the shim sends each variable that is in the key, or forbids one', t => {
	const {keyed, uncacheable} = environmentNames;
	t.deepEqual(
		[...keyed, ...uncacheable].filter(name => !isSent(name)),
		[],
	);
});

test('a server takes each variable that is in the key, less what is for the cache alone, and none that forbids one', t => {
	const {keyed, uncacheable} = environmentNames;
	const taken = (names: readonly string[]) =>
		compileEnvironment(
			names.map(name => [name, 'x'] as const),
			'/usr/bin/gcc',
		)
			.map(([name]) => name)
			.filter(name => names.includes(name));
	t.deepEqual(
		taken(keyed),
		keyed.filter(name => !name.startsWith('SCCACHE_')),
	);
	t.deepEqual(taken(uncacheable), []);
});

for (const name of environmentNames.uncacheable) {
	test(`with ${name} nothing is cached`, t => {
		t.is(uncacheableVariable(new Map([[name, '']])), name);
	});
}
