import type {Wrapper} from './make-conf-facts.js';

export interface BuildPathFacts {
	/** Of /etc/profile.env; undefined: it sets none. */
	readonly profilePath: string | undefined;
	/** Of make.conf, expanded over profile.env's; undefined: it sets none. */
	readonly makeConfPath: string | undefined;
	/** Those that FEATURES switches on. */
	readonly wrappers: readonly Wrapper[];
	/** What our block in /etc/portage/bashrc puts first; undefined: there is none. */
	readonly bashrcFolder: string | undefined;
}

export interface BuildPathPart {
	readonly folder: string;
	readonly from: 'bashrc' | 'FEATURES' | 'make.conf' | 'profile.env';
}

/**
 * PATH as a build gets it: bashrc's before FEATURES=ccache, icecream, distcc before make.conf's. make.conf's own counts only where
 * profile.env has a PATH, as Gentoo's always does; else the caller's would be taken, which is not known here.
 */
export function buildPath({
	profilePath,
	makeConfPath,
	wrappers,
	bashrcFolder,
}: BuildPathFacts): readonly BuildPathPart[] {
	const known = new Set((profilePath ?? '').split(':'));
	const own = profilePath === undefined ? '' : (makeConfPath ?? profilePath);
	const folders = [...new Set(own.split(':').filter(folder => folder !== ''))];
	const all: readonly BuildPathPart[] = [
		...(bashrcFolder === undefined ? [] : [{folder: bashrcFolder, from: 'bashrc'} as const]),
		...(['ccache', 'icecream', 'distcc'] as const)
			.filter(wrapper => wrappers.includes(wrapper))
			.map(wrapper => ({folder: masquerade[wrapper], from: 'FEATURES'}) as const),
		...folders.map(
			folder => ({folder, from: known.has(folder) ? 'profile.env' : 'make.conf'}) as const,
		),
	];
	return all.filter(({folder}, index) => all.findIndex(part => part.folder === folder) === index);
}

/** Where Gentoo has their links. */
const masquerade: Readonly<Record<Wrapper, string>> = {
	ccache: '/usr/lib/ccache/bin',
	icecream: '/usr/libexec/icecc/bin',
	distcc: '/usr/lib/distcc/bin',
};
