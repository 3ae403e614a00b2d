import {failure, ok, type Verdict} from '../verdict.js';

export interface MakeConfFacts {
	/** Its files, in Portage's order. */
	readonly files: readonly string[];
	readonly refused:
		| {readonly path: string; readonly line: number; readonly reason: string}
		| undefined;
}

/** A make.conf that Portage refuses stops every emerge. */
export function judgeMakeConf({files, refused}: MakeConfFacts): Verdict {
	if (refused !== undefined) {
		const {path, line, reason} = refused;
		return failure(
			`Portage refuses line ${line} of ${path}: ${reason}.`,
			`mend line ${line} of ${path} by hand`,
		);
	}
	return ok(
		files.length === 0 ? 'There is none; Portage takes its defaults.' : 'Portage reads it.',
	);
}
