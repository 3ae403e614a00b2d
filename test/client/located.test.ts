import test from 'ava';
import {locate, unlocated} from '../../src/client/located.js';
import type {Roots} from '../../src/relocation/roots.js';

const first: Roots = {folders: ['/var/tmp/portage/dev-libs/foo-1.2'], names: ['foo-1.2']};
const next: Roots = {folders: ['/var/tmp/portage/dev-libs/foo-1.3'], names: ['foo-1.3']};
const digest = 'a'.repeat(64);

function manifestOf(source: string, absent: readonly string[]) {
	return {resultKey: source, includes: [{path: source, digest}], absent, present: []};
}

test('a manifest is located at other roots, and kept for its own when it is tied to them', t => {
	const [folder] = first.folders;
	const found = {
		includes: [{path: `${folder}/work/foo-1.2/a.c`, digest}],
		absent: [`${folder}/work/foo-1.2/b.h`, '/usr/include/b.h'],
		present: [],
	};
	const located = locate({resultKey: 'a', ...unlocated(first, found, false)}, next);
	t.deepEqual(
		located.includes.map(({path}) => path),
		[`${next.folders[0]}/work/foo-1.3/a.c`],
	);
	t.deepEqual([...located.absent].sort(), [
		'/usr/include/b.h',
		`${next.folders[0]}/work/foo-1.3/b.h`,
	]);
	t.is(unlocated(first, found, true).includes.length, 2);
});

test('one list of absent files, in several manifests, is one list at each place too', t => {
	const {absent} = unlocated(
		first,
		{includes: [], absent: [`${first.folders[0]}/work/x.h`, '/usr/include/x.h'], present: []},
		false,
	);
	const at = (roots: Roots, source: string) => locate(manifestOf(source, absent), roots).absent;
	t.is(at(next, 'a.c'), at(next, 'b.c'));
	t.deepEqual([...at(first, 'c.c')].sort(), ['/usr/include/x.h', `${first.folders[0]}/work/x.h`]);
	const anywhere = ['/usr/include/x.h'];
	t.is(locate(manifestOf('d.c', anywhere), next).absent, anywhere);
});
