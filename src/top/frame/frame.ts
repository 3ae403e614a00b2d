import {counted} from '../../lib/human.js';
import {wrapped} from '../../lib/wrapped.js';
import type {LiveView} from '../../protocol/live.js';
import {shown} from './cells.js';
import type {TopChoice} from './choice.js';
import {footerLine} from './footer.js';
import {helpLines} from './help.js';
import {jobLines} from './jobs.js';
import {drawn, type Line, type Look, lineWidth, plain, span} from './line.js';
import {serverLines} from './servers.js';
import {summaryLines, titleLine} from './summary.js';

/** What there is to see. */
export interface Sight {
	/** The last one that there was. */
	readonly view: LiveView | undefined;
	/** Why there is none now, and what can be done about it. */
	readonly trouble: readonly string[] | undefined;
}

export interface Size {
	readonly columns: number;
	readonly rows: number;
}

export interface Frame {
	/** As many as there are rows, none wider than there are columns. */
	readonly lines: readonly string[];
	/** The choice's offset, brought to where there is something. */
	readonly offset: number;
	/** Lines of the body that are seen at once. */
	readonly room: number;
}

/** From here on the summary stays while the rest moves. */
const rowsForSummary = 14;
/** From here on servers and jobs stand side by side. */
const columnsForBoth = 150;
const gutter = 3;

/** The whole screen. */
export function frame(sight: Sight, choice: TopChoice, size: Size, look: Look): Frame {
	const {columns, rows} = size;
	const title = titleLine(sight.view, columns, look);
	const top = headLines(sight, columns, look);
	const isPinned = rows >= rowsForSummary && !choice.isHelp;
	const pinned = isPinned ? [title, ...top, []] : [title];
	const withFooter = rows >= 3;
	const room = Math.max(0, rows - pinned.length - (withFooter ? 1 : 0));
	const body = choice.isHelp
		? helpLines(look)
		: [...(isPinned ? [] : [...top, []]), ...bodyLines(sight.view, choice, {columns, room}, look)];
	const offset = Math.max(0, Math.min(choice.offset, body.length - room));
	const seen = body.slice(offset, offset + room);
	const filled = [...seen, ...Array.from({length: room - seen.length}, (): Line => [])];
	const footer = footerLine(choice, {first: offset, room, all: body.length}, columns);
	const lines = [...pinned, ...filled, ...(withFooter ? [footer] : [])].slice(0, rows);
	return {lines: lines.map(line => drawn(line, columns, look)), offset, room};
}

/** All that there is, for whoever reads it later; `columns` undefined: as wide as it comes. */
export function wholeFrame(
	sight: Sight,
	choice: TopChoice,
	columns: number | undefined,
	look: Look,
): readonly string[] {
	const body = bodyLines(sight.view, choice, {columns, room: undefined}, look);
	const lines = [
		titleLine(sight.view, columns, look),
		...headLines(sight, columns, look),
		...(body.length === 0 ? [] : [[], ...body]),
	];
	return lines.map(line => drawn(line, columns, look));
}

/** What is wrong, and what is known. */
function headLines(
	{view, trouble}: Sight,
	columns: number | undefined,
	look: Look,
): readonly Line[] {
	const said = (trouble ?? []).flatMap((text, index) =>
		wrapped(shown(text, look.glyphs), columns ?? 100).map(line => [
			span(line, index === 0 ? 'bad' : undefined),
		]),
	);
	return [...said, ...(view === undefined ? [] : summaryLines(view, columns, look))];
}

interface Room {
	readonly columns: number | undefined;
	readonly room: number | undefined;
}

function bodyLines(
	view: LiveView | undefined,
	{panels, sorting, grouping}: TopChoice,
	{columns, room}: Room,
	look: Look,
): readonly Line[] {
	if (view === undefined) return [];
	const {servers, jobs, jobsInAll} = view;
	const heading = jobsHeading(jobs.length, jobsInAll);
	const jobsIn = (width: number | undefined, rowsLeft: number | undefined): readonly Line[] =>
		jobs.length === 0
			? [[span('No compile is under way.', 'dim')]]
			: [
					heading,
					...jobLines(jobs, {
						...{grouping, sorting, width, look},
						room: rowsLeft === undefined ? undefined : Math.max(1, rowsLeft - 1),
					}),
				];
	if (servers.length === 0 || panels === 'jobs') return jobsIn(columns, room);
	if (panels === 'servers') return serverLines(servers, sorting, {width: columns, look});
	if (columns !== undefined && room !== undefined && columns >= columnsForBoth) {
		// Jobs need no more than half, and servers take what they leave.
		const widest = Math.max(...jobsIn(undefined, room).map(lineWidth));
		const right = Math.min(widest, Math.floor((columns - gutter) / 2));
		const left = columns - gutter - right;
		return besides(serverLines(servers, sorting, {width: left, look}), jobsIn(right, room), left);
	}
	const all = serverLines(servers, sorting, {width: columns, look});
	const least = jobsIn(columns, 0).length;
	const seen = room === undefined ? all : shortened(all, room - least - 1, room);
	const left = room === undefined ? undefined : room - seen.length - 1;
	return [...seen, [], ...jobsIn(columns, left)];
}

function jobsHeading(shownJobs: number, all: number): Line {
	const said = `${counted(all, 'compile')} under way`;
	return [span(said, 'heading'), plain(all > shownJobs ? `, the ${shownJobs} oldest:` : '')];
}

/** Servers take what jobs leave, and half of the room at least. */
function shortened(lines: readonly Line[], left: number, room: number): readonly Line[] {
	const most = Math.max(3, left, Math.floor(room / 2));
	if (lines.length <= most) return lines;
	const more = lines.length - most + 1;
	return [
		...lines.slice(0, most - 1),
		[span(`and ${counted(more, 'server')} more: v shows them`, 'dim')],
	];
}

function besides(left: readonly Line[], right: readonly Line[], width: number): readonly Line[] {
	return Array.from({length: Math.max(left.length, right.length)}, (_, index) => {
		const first = left[index] ?? [];
		const space = ' '.repeat(Math.max(0, width - lineWidth(first)) + gutter);
		return [...first, plain(space), ...(right[index] ?? [])];
	});
}
