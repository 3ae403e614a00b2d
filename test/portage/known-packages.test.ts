import test from 'ava';
import {z} from 'zod';
import {parseAtom} from '../../src/portage/atom.js';
import {knownPackages} from '../../src/portage/known-packages.js';
import {addOptOut, envFiles, listOptOuts} from '../../src/portage/package-env.js';

const known = z.strictObject({
	atom: z.string(),
	envFile: z.enum(Object.keys(envFiles)),
	reason: z
		.string()
		.min(20)
		.regex(/[^.\s]$/),
	source: z.string().regex(/https:|ebuild/),
});

test('each known package is an atom, once, with a reason and who says so', t => {
	for (const entry of knownPackages) {
		t.true(known.safeParse(entry).success, entry.atom);
		t.deepEqual(parseAtom(entry.atom), {atom: entry.atom});
	}
	const atoms = knownPackages.map(({atom}) => atom);
	t.deepEqual(atoms, [...new Set(atoms)].sort());
});

test('a package.env of all of them says what they say', t => {
	const text = knownPackages.reduce(
		(lines, {atom, envFile}) => addOptOut(lines, atom, envFile),
		'',
	);
	t.deepEqual(
		listOptOuts(text),
		knownPackages.map(({atom, envFile}) => ({atom, envFile})),
	);
});
