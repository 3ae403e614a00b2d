import {minute} from '../../../lib/human.js';
import type {Gathered, Groups} from './gather.js';
import {groupsText, reasonsText, serversText} from './groups-text.js';
import type {TableLook} from './text-table.js';
import {type CacheUsage, totalsText} from './totals-text.js';
import {verdictLines} from './verdicts.js';

/** Which compiles the figures are of. */
export interface Subject {
	readonly sinceMs: number | undefined;
	/** An atom. */
	readonly package: string | undefined;
}

/** For people: the totals or a table, and what is to be thought of it. */
export function statsText(
	{sums, groups, packages}: Gathered,
	subject: Subject,
	cache: CacheUsage | undefined,
	look: TableLook,
): string {
	if (sums.requests === 0) return nothingText(subject);
	const lines = verdictLines(packages).map(line => `${line}\n`);
	const main =
		groups === undefined
			? `${heading(subject)}\n${totalsText(sums, cache)}`
			: tableText(groups, look);
	return lines.length === 0 ? main : `${main}\n${lines.join('')}`;
}

function tableText(groups: Groups, look: TableLook): string {
	if (groups.by === 'reason') return reasonsText(groups.rows, look);
	if (groups.by === 'server') return serversText(groups.rows, look);
	return groupsText(groups.by, groups.rows, look);
}

function heading({sinceMs, package: atom}: Subject): string {
	const of = atom === undefined ? 'Compiles' : `Compiles of ${atom}`;
	return sinceMs === undefined ? `${of}:` : `${of} since ${minute(sinceMs)}:`;
}

function nothingText({sinceMs, package: atom}: Subject): string {
	const which = sinceMs === undefined && atom === undefined ? '' : ' of these';
	return `No compile${which} has come to sccache. sccache-gentoo doctor tells whether builds find it.\n`;
}
