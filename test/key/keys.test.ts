import test from 'ava';
import fc from 'fast-check';
import type {CompileCommand} from '../../src/compiler/command.js';
import {parseCommand} from '../../src/compiler/parse-command.js';
import {environmentNames} from '../../src/key/environment.js';
import {keyOf} from '../../src/key/fields.js';
import {
	directKey,
	type KeyContext,
	preprocessedKey,
	resultKey,
	sourcesDigest,
} from '../../src/key/keys.js';
import {noRoots} from '../../src/relocation/roots.js';

function command(line: string): CompileCommand {
	const parsed = parseCommand({family: 'gcc', driverMode: 'c', args: line.split(' ')});
	if (parsed.kind !== 'compile') {
		throw new Error(line);
	}
	return parsed;
}

function context(changes: Partial<KeyContext> = {}): KeyContext {
	return {
		command: command('-O2 -c x.c'),
		compilerDigest: 'compiler',
		nativeExpansion: [],
		env: new Map(),
		cwd: '/work',
		roots: noRoots,
		extraInputs: [],
		...changes,
	};
}

const env = (name: string, value: string) => context({env: new Map([[name, value]])});

const different: readonly (readonly [string, KeyContext])[] = [
	['the compiler', context({compilerDigest: 'other'})],
	['an option', context({command: command('-O3 -c x.c')})],
	['the mode', context({command: command('-O2 -S x.c')})],
	['the language', context({command: command('-O2 -x c++ -c x.c')})],
	["the source's name", context({command: command('-O2 -c y.c')})],
	['a side output', context({command: command('-O2 -MD -c x.c')})],
	['colour', context({command: command('-O2 -fdiagnostics-color=always -c x.c')})],
	['what native means', context({nativeExpansion: ['-march=znver4']})],
	["an extra input's content", context({extraInputs: [['list', 'digest']]})],
	...environmentNames.keyed.map(name => [name, env(name, 'x')] as const),
];

for (const [what, changed] of different) {
	test(`${what} is in the direct key`, t => {
		t.not(directKey(changed, 'source'), directKey(context(), 'source'));
	});
	test(`${what} is in the preprocessed key`, t => {
		t.not(preprocessedKey(changed, 'text', ''), preprocessedKey(context(), 'text', ''));
	});
}

test('the source is in the direct key, its text and diagnostics in the preprocessed one', t => {
	t.not(directKey(context(), 'a'), directKey(context(), 'b'));
	t.not(preprocessedKey(context(), 'a', ''), preprocessedKey(context(), 'b', ''));
	t.not(preprocessedKey(context(), 'a', ''), preprocessedKey(context(), 'a', 'warning'));
});

test('the cwd is in the key of what names it alone', t => {
	t.is(directKey(context({cwd: '/else'}), 's'), directKey(context(), 's'));
	const debug = {command: command('-g -c x.c')};
	t.not(directKey(context({...debug, cwd: '/else'}), 's'), directKey(context(debug), 's'));
	t.not(
		directKey(context({...debug, env: new Map([['PWD', '/link']])}), 's'),
		directKey(context(debug), 's'),
	);
});

test('variables that mean nothing to a compiler are in no key', t => {
	t.is(directKey(env('HOME', '/root'), 's'), directKey(context(), 's'));
});

test('the result follows from every header and its content', t => {
	const header = {path: 'a.h', digest: '1'};
	const found = {includes: [header], absent: ['gone.h'], present: ['there.h']};
	const key = resultKey('direct', found);
	t.not(resultKey('direct', {...found, includes: [{...header, digest: '2'}]}), key);
	t.not(resultKey('direct', {...found, includes: [{...header, path: 'b.h'}]}), key);
	t.not(resultKey('direct', {...found, includes: []}), key);
	t.not(resultKey('direct', {...found, absent: []}), key);
	t.not(resultKey('direct', {...found, present: []}), key);
	t.not(resultKey('direct', {...found, absent: ['there.h'], present: ['gone.h']}), key);
	t.not(resultKey('other', found), key);
});

test('sources are one whatever their order', t => {
	t.is(sourcesDigest(['a', 'b', 'a']), sourcesDigest(['b', 'a']));
	t.not(sourcesDigest(['a']), sourcesDigest(['a', 'b']));
});

test('no two sets of fields share their framed bytes', t => {
	const fields = fc.array(
		fc.tuple(fc.string({maxLength: 3}), fc.array(fc.string({maxLength: 3}), {maxLength: 3})),
		{maxLength: 3},
	);
	fc.assert(
		fc.property(fields, fields, (a, b) => {
			const equal = JSON.stringify(a) === JSON.stringify(b);
			t.is(keyOf('kind', a) === keyOf('kind', b), equal);
		}),
		{numRuns: 5000},
	);
});
