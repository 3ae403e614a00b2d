import test from 'ava';
import fc from 'fast-check';
import {
	addOptOut,
	type EnvFile,
	envFiles,
	listOptOuts,
	removeOptOuts,
} from '../../src/portage/package-env.js';

const atoms = ['app-arch/xz-utils', 'dev-lang/rust', '*/*', '=sys-devel/gcc-13*'] as const;
const words = [...atoms, ...Object.keys(envFiles), 'no-lto', '#', '# default-path', '\t', '  '];
const line = fc.array(fc.constantFrom(...words), {maxLength: 5}).map(parts => parts.join(' '));
const anyText = fc
	.tuple(
		fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), {maxLength: 6}),
		fc.oneof(line, fc.string({unit: 'binary', maxLength: 6})),
	)
	.map(([lines, last]) => lines.flat().join('') + last);
const anyAtom = fc.constantFrom(...atoms);
const anyFile = fc.constantFrom<EnvFile[]>('default-path', 'no-dist', 'no-cache');

test('an opt-out taken back leaves no trace, whatever the file', t => {
	fc.assert(
		fc.property(anyText, anyAtom, anyFile, (text, atom, file) => {
			const without = removeOptOuts(text, atom);
			t.is(removeOptOuts(addOptOut(without, atom, file), atom), without);
			if (!listOptOuts(text).some(optOut => optOut.atom === atom)) t.is(without, text);
		}),
		{numRuns: 2000},
	);
});

test('opted out twice is opted out once, alone by what was asked last', t => {
	fc.assert(
		fc.property(anyText, anyAtom, anyFile, anyFile, (text, atom, one, two) => {
			const once = addOptOut(text, atom, one);
			t.is(addOptOut(once, atom, one), once);
			const own = (result: string) => listOptOuts(result).filter(optOut => optOut.atom === atom);
			t.deepEqual(own(once), [{atom, envFile: one}]);
			t.deepEqual(own(addOptOut(once, atom, two)), [{atom, envFile: two}]);
			const others = (result: string) => listOptOuts(result).filter(optOut => optOut.atom !== atom);
			t.deepEqual(others(once), others(text));
		}),
		{numRuns: 2000},
	);
});

test('of a shared line only our words go', t => {
	const text =
		'# all\n app/x  mine default-path\tno-lto # default-path\napp/x no-dist # gone\napp/y no-dist\n';
	t.is(removeOptOuts(text, 'app/x'), '# all\n app/x  mine\tno-lto # default-path\napp/y no-dist\n');
	t.deepEqual(listOptOuts(text), [
		{atom: 'app/x', envFile: 'default-path'},
		{atom: 'app/x', envFile: 'no-dist'},
		{atom: 'app/y', envFile: 'no-dist'},
	]);
});

test('the wiki’s line is what is written', t => {
	t.is(addOptOut('', 'app-arch/xz-utils', 'default-path'), 'app-arch/xz-utils default-path\n');
	t.is(addOptOut('a/b c', 'a/b', 'no-dist'), 'a/b c\na/b no-dist');
});
