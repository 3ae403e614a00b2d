import {shortDuration} from '../../lib/human.js';
import type {LiveJob} from '../../protocol/live.js';
import {shown} from './cells.js';
import type {Grouping, Sorting} from './choice.js';
import {type Line, type Look, plain, span, type Tone} from './line.js';
import {type Column, table} from './table.js';

export interface JobsLook {
	readonly grouping: Grouping;
	readonly sorting: Sorting;
	/** Lines, the heading among them; undefined: as many as there are. Groups show single jobs where there is room for them. */
	readonly room: number | undefined;
	readonly width: number | undefined;
	readonly look: Look;
}

interface Group {
	readonly name: string;
	/** The oldest first. */
	readonly jobs: readonly LiveJob[];
}

type Row = {readonly group: Group} | {readonly job: LiveJob};

/** A heading, and lines for groups and single jobs. */
export function jobLines(jobs: readonly LiveJob[], how: JobsLook): readonly Line[] {
	const {grouping, sorting, room} = how;
	const rows =
		grouping === 'none'
			? sortedJobs(jobs, sorting).map(job => ({job}))
			: expanded(sortedGroups(groupsOf(jobs, grouping), sorting), room && room - 1);
	return table(columns(how), rows, how);
}

/** Less than a second is as good as nothing to whoever watches. */
const age = (ms: number): string => (ms < 1000 ? '<1s' : shortDuration(ms));

const whereOf = ({state, server}: LiveJob): string =>
	state === 'asked' ? 'not placed yet' : server === '' ? 'this host' : server;

const packageName = ({package: name}: LiveJob): string => name || 'outside of Portage';

function groupsOf(jobs: readonly LiveJob[], grouping: Grouping): readonly Group[] {
	const groups = new Map<string, LiveJob[]>();
	for (const job of jobs) {
		const name = grouping === 'server' ? whereOf(job) : packageName(job);
		const known = groups.get(name);
		if (known === undefined) groups.set(name, [job]);
		else known.push(job);
	}
	return [...groups].map(([name, of]) => ({name, jobs: sortedJobs(of, 'age')}));
}

const oldest = ({jobs}: Group): number => jobs[0]?.ageMs ?? 0;

function sortedGroups(groups: readonly Group[], sorting: Sorting): readonly Group[] {
	const byName = (one: Group, other: Group) => one.name.localeCompare(other.name, 'en');
	return groups.toSorted(
		(one, other) =>
			(sorting === 'jobs' ? other.jobs.length - one.jobs.length : 0) ||
			(sorting === 'name' ? 0 : oldest(other) - oldest(one)) ||
			byName(one, other),
	);
}

function sortedJobs(jobs: readonly LiveJob[], sorting: Sorting): readonly LiveJob[] {
	return jobs.toSorted(
		(one, other) =>
			(sorting === 'name'
				? packageName(one).localeCompare(packageName(other), 'en') ||
					one.unit.localeCompare(other.unit, 'en')
				: 0) || other.ageMs - one.ageMs,
	);
}

/** As many jobs of each group as there is room for. */
function expanded(groups: readonly Group[], room: number | undefined): readonly Row[] {
	const lines = (most: number) =>
		groups.reduce((sum, {jobs}) => sum + 1 + Math.min(jobs.length, most), 0);
	const largest = Math.max(0, ...groups.map(({jobs}) => jobs.length));
	let most = room === undefined ? largest : 0;
	while (room !== undefined && most < largest && lines(most + 1) <= room) most++;
	return groups.flatMap(group => [{group}, ...group.jobs.slice(0, most).map(job => ({job}))]);
}

function columns({grouping, look: {glyphs}}: JobsLook): readonly Column<Row>[] {
	const title = {package: 'PACKAGE', server: 'WHERE', none: 'JOB'}[grouping];
	return [
		{
			title,
			side: 'left',
			least: 10,
			cell: row => {
				if ('group' in row) return [span(shown(row.group.name, glyphs), 'name')];
				const unit = row.job.unit || '(no name)';
				const name = grouping === 'package' ? `  ${unit}` : nameOf(row.job, grouping);
				return [plain(shown(name, glyphs))];
			},
		},
		...(grouping === 'none'
			? []
			: ([
					{
						title: 'JOBS',
						side: 'right',
						cell: row => [plain('group' in row ? String(row.group.jobs.length) : '')],
					},
				] satisfies Column<Row>[])),
		{
			title: 'OLDEST',
			side: 'right',
			cell: row =>
				'group' in row ? [plain(age(oldest(row.group)))] : [span(age(row.job.ageMs), 'dim')],
		},
		{
			title: 'STATE',
			side: 'left',
			least: 6,
			leaves: 1,
			cell: row =>
				'group' in row
					? [plain(statesOf(row.group))]
					: [span(shown(stateOf(row.job), glyphs), stateTones[row.job.state])],
		},
	];
}

const stateTones: Readonly<Record<LiveJob['state'], Tone>> = {
	asked: 'dim',
	sent: 'warning',
	runs: 'good',
};

function nameOf({package: name, unit}: LiveJob, grouping: Grouping): string {
	const both = [name, unit].filter(Boolean).join(' ');
	return `${grouping === 'none' ? '' : '  '}${both || '(no name)'}`;
}

function stateOf({state, server}: LiveJob): string {
	if (state === 'asked') return 'waits';
	if (state === 'sent') return `goes to ${server}`;
	return server === '' ? 'runs here' : `runs on ${server}`;
}

function statesOf({jobs}: Group): string {
	const parts = [
		[jobs.filter(({state, server}) => state === 'runs' && server === ''), 'here'],
		[jobs.filter(({state, server}) => state !== 'asked' && server !== ''), 'away'],
		[jobs.filter(({state}) => state === 'asked'), 'waiting'],
	] as const;
	return parts
		.filter(([of]) => of.length > 0)
		.map(([of, name]) => `${of.length} ${name}`)
		.join(', ');
}
