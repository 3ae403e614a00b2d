import test from 'ava';
import {parseAtom} from '../../src/portage/atom.js';

test('the atoms that package.env takes', t => {
	const atoms = [
		'app-arch/xz-utils',
		'dev-cpp/gtkmm:3.0',
		'dev-lang/python:3.12/3.12',
		'=sys-devel/gcc-13.2.1_p20240210-r1',
		'=sys-devel/gcc-13*',
		'>=dev-libs/a-1',
		'<=dev-libs/a-1.2b_rc3',
		'>dev-libs/a-1',
		'<dev-libs/a-1',
		'~dev-libs/a-1.0',
		'x11-libs/gtk+:2::gentoo',
		'dev-libs/a::my-overlay',
		'media-libs/font-100dpi',
		'*/*',
		'*/*::guru',
		'dev-*/*',
		'sys-devel/*',
		'*/chromium',
		'dev-qt/qt*:6',
		'=dev-libs/a-*9999*',
		'_x/+y',
	];
	for (const atom of atoms) t.deepEqual(parseAtom(atom), {atom});
});

test('others are refused with the reason', t => {
	const cases: readonly (readonly [string, RegExp])[] = [
		['', /empty/],
		['xz-utils', /not CATEGORY\/PACKAGE/],
		['a/b/c', /not CATEGORY\/PACKAGE/],
		['app-arch/', /name is missing/],
		['/xz', /category is missing/],
		['app-arch/xz-1.2', /needs an operator/],
		['=app-arch/xz', /= needs a version/],
		['>=app-arch/xz-1*', /after = alone/],
		['~app-arch/xz-1-r1', /without a revision/],
		['!app-arch/xz', /blocker/],
		['app-arch/xz[nls]', /USE flags/],
		['app-arch/xz:=', /slot operator/],
		['app-arch/xz:*', /slot operator/],
		['app-arch/xz:', /"" is not a slot/],
		['app-arch/xz:-1', /"-1" is not a slot/],
		['app-arch/xz::', /not the name of a repository/],
		['app-arch/xz::a::b', /:: twice/],
		['**/*', /\*\* is not a wildcard/],
		['=*/xz-1', /category with a wildcard/],
		['=app-arch/x*z-1', /package name with a wildcard/],
		['=app-arch/xz-1-2', /ends like a version/],
		['-a/b', /"-a" is not a category/],
		['a/b.c', /"b.c" is not a package name/],
		['a/b c', /space/],
		['a/b\ndefault-path', /space/],
		['#a/b', /"#a" is not a category/],
	];
	for (const [text, reason] of cases) {
		const parsed = parseAtom(text);
		t.regex('wrong' in parsed ? parsed.wrong : 'taken', reason, text);
	}
});
