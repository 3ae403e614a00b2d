import type {BuildPathPart} from '../../portage/build-path.js';
import {failure, ok, type Verdict, warning} from '../verdict.js';
import {listed} from '../words.js';

export interface PathFacts {
	/** As a build gets it; empty where that is not known. */
	readonly parts: readonly BuildPathPart[];
	/** False: make.conf's PATH is of no effect. */
	readonly profileHasPath: boolean;
	/** Folders of it that hold links of ours. */
	readonly shimFolders: readonly string[];
	/** Where links are, in PATH or not; undefined: nowhere that is known. */
	readonly linkFolder: string | undefined;
	/** Names that we have links for and that a folder before ours has, too. */
	readonly hidden: readonly {readonly folder: string; readonly names: readonly string[]}[];
}

/** PATH as Portage makes it for a build: `portageq envvar PATH` shows another. */
export function judgePath(facts: PathFacts): Verdict {
	const {parts, profileHasPath, shimFolders, linkFolder, hidden} = facts;
	const viaBashrc = parts.some(({from}) => from === 'bashrc');
	if (!profileHasPath && !viaBashrc) {
		return failure(
			'/etc/profile.env sets no PATH, and then PATH in make.conf has no effect.',
			'env-update',
		);
	}
	const [shimFolder] = shimFolders;
	if (shimFolder === undefined) {
		return failure(
			linkFolder === undefined
				? 'Builds do not come to sccache: no folder of their PATH has its links.'
				: `Builds do not come to sccache: ${linkFolder} is not in their PATH.`,
			'sccache-gentoo setup client',
		);
	}
	const [before] = hidden;
	if (before !== undefined) {
		const {folder, names} = before;
		return warning(
			`${folder} comes before ${shimFolder} in the PATH of builds, so that ${listed(names)} from there ${names.length === 1 ? 'is' : 'are'} taken.`,
			'sccache-gentoo setup client',
		);
	}
	const from = parts.find(({folder}) => folder === shimFolder)?.from ?? 'make.conf';
	return ok(`${from} puts ${shimFolder} before all compilers.`);
}
