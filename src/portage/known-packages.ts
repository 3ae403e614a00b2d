/** A package that is known not to gain, or to break, with who says so. */
export interface KnownPackage {
	readonly atom: string;
	readonly reason: string;
	readonly source: string;
}

/** Offered by the wizard; nothing is opted out unasked. */
export const knownPackages: readonly KnownPackage[] = [
	{
		atom: 'sys-devel/gcc',
		reason:
			'only the first of its three stages is compiled by the installed compiler; the others by compilers that it has just built',
		source: 'GCC, "Installing GCC: Building", section "Building a native compiler"',
	},
	{
		atom: 'x11-drivers/nvidia-drivers',
		reason:
			'its ebuilds used to turn compile caches and distcc off, since builds of its kernel modules failed with them',
		source: 'pkg_setup of its ebuilds (CCACHE_DISABLE, DISTCC_DISABLE)',
	},
	{
		atom: 'dev-util/sccache-gentoo',
		reason: 'should a shim ever be broken, the package that mends it must not be built through it',
		source: 'https://bugs.gentoo.org/939561 (the same of ccache)',
	},
];
