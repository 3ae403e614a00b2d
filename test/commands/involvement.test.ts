import test from 'ava';
import {describeInvolvement} from '../../src/commands/sccache-gentoo/portage/involvement.js';
import type {PackageBuilds} from '../../src/stats/tallies.js';

/** What is said of our part in a package. */

const build: PackageBuilds = {
	package: 'app-misc/demo-1',
	requests: 12,
	compiles: 10,
	hits: 0,
	remote: 0,
	errors: 0,
	serverErrors: 0,
	failed: 0,
	lastMs: Date.UTC(2026, 0, 2, 12),
};
const said = (changes: Partial<PackageBuilds>): string =>
	describeInvolvement('app-misc/demo', [{...build, ...changes}]).join('\n');

test('what servers did comes before what the cache gave, and each names the smaller opt-out', t => {
	t.regex(said({remote: 3, hits: 4}), /10 compiles, 4 hits, 3 done by servers\n\n.*--no-dist/);
	t.regex(said({hits: 1}), /1 hit,.*\n\n.*--no-cache/);
	t.regex(said({}), /the real compiler here compiled all of it: it is not likely the cause/);
	t.regex(said({compiles: 0}), /only passed calls on/);
});

test('errors of ours and of the compiler are told apart', t => {
	t.regex(said({errors: 1, serverErrors: 2}), /3 errors\n\nIts errors ended in the real compiler/);
	t.regex(said({failed: 1}), /1 that the compiler refused/);
	t.notRegex(said({failed: 1}), /Its errors/);
});

test('the last build decides, and no build is no part in it', t => {
	const older = {...build, package: 'app-misc/demo-0', remote: 5};
	const lines = describeInvolvement('app-misc/demo', [{...build, hits: 1}, older]);
	t.regex(lines.join('\n'), /demo-1, last .*\n.*\n.*demo-0, last .*\n.*\n\n.*--no-cache/);
	t.regex(describeInvolvement('app-misc/demo', [])[0] ?? '', /knows of no build of app-misc\/demo/);
});
