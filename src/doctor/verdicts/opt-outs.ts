import {failure, ok, type Verdict, warning} from '../verdict.js';

export interface OptOutFacts {
	/** make.conf sets it to something. */
	readonly hasOriginalPath: boolean;
	/** make.conf, and not bashrc, puts us into PATH. */
	readonly pathInMakeConf: boolean;
	/** Packages with env/default-path. */
	readonly excluded: readonly string[];
}

/** env/default-path gives a package the PATH that make.conf kept in ORIGINAL_PATH. */
export function judgeOptOuts({hasOriginalPath, pathInMakeConf, excluded}: OptOutFacts): Verdict {
	const mend = 'sccache-gentoo setup client';
	if (hasOriginalPath) {
		return ok(
			excluded.length === 0
				? 'No package is built without sccache.'
				: `Built without sccache: ${excluded.join(', ')}.`,
		);
	}
	if (excluded.length > 0) {
		return failure(
			`make.conf sets no ORIGINAL_PATH, so that ${excluded.join(', ')} would be built with an empty PATH.`,
			mend,
		);
	}
	return pathInMakeConf
		? warning('make.conf sets no ORIGINAL_PATH, which excluding a package needs.', mend)
		: ok('No package is built without sccache.');
}
