import type {OptOut} from './package-env.js';

/** A package that is known to break, or not to gain, with who says so. */
export interface KnownPackage extends OptOut {
	/** For the user to read. */
	readonly reason: string;
	readonly source: string;
}

/** Offered by the wizard and by `exclude --known`; nothing is opted out unasked. Short on purpose: each has its source. */
export const knownPackages: readonly KnownPackage[] = [
	{
		atom: 'app-arch/xz-utils',
		envFile: 'default-path',
		reason: 'Gentoo’s wiki has it as the one to build without compiler links',
		source: 'https://wiki.gentoo.org/wiki/User:Samuliy/Drafts/sccache-dist',
	},
	{
		atom: 'dev-build/kbuild',
		envFile: 'no-dist',
		reason: 'its ebuild keeps distcc away, with which it failed to build',
		source: 'https://bugs.gentoo.org/255371',
	},
	{
		atom: 'dev-python/mypy',
		envFile: 'no-cache',
		reason: 'the C that it generates differs each time: nothing hits, and much is stored',
		source: 'https://github.com/mypyc/mypyc/issues/1014',
	},
	{
		atom: 'dev-util/sccache-gentoo',
		envFile: 'default-path',
		reason: 'should it ever be broken, what mends it must not be built through it',
		source: 'https://bugs.gentoo.org/939561 (the same of ccache)',
	},
	{
		atom: 'net-fs/samba',
		envFile: 'no-dist',
		reason: 'its ebuild keeps distcc away, with which it fails to build',
		source: 'pkg_setup of its ebuild (DISTCC_DISABLE)',
	},
	{
		atom: 'sys-devel/gcc',
		envFile: 'default-path',
		reason: 'two of its three stages are compiled by compilers that it has just built',
		source: 'https://gcc.gnu.org/install/build.html',
	},
];
