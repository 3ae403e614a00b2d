import type {LiveJob, LiveView} from '../../protocol/live.js';
import {byId, setNote, setText} from './element.js';
import {keyedList} from './keyed-list.js';
import {type Cell, tableRow} from './table-row.js';
import {age, count, counted} from './words.js';

const states: Readonly<Record<LiveJob['state'], string>> = {
	asked: '◌ waits',
	sent: '◐ on its way',
	runs: '● runs',
};

const cells: readonly Cell<LiveJob>[] = [
	{name: 'package wide', text: job => job.package || 'outside Portage'},
	{name: 'unit wide', text: ({unit}) => unit || 'not told'},
	{name: 'client', label: 'from', text: ({client}) => client || 'not known'},
	{
		name: 'where',
		label: 'on',
		text: ({server, state}) => server || (state === 'asked' ? '–' : 'here'),
	},
	{name: 'state', text: ({state}) => states[state], kind: ({state}) => state},
	{name: 'number age', text: ({ageMs}) => age(ageMs)},
];

/** The live table: the oldest first, since those are the ones to wonder about. */
export function createJobs(): (view: LiveView) => void {
	const show = keyedList<LiveJob>(byId('job-rows'), {
		keyOf: ({id}) => id,
		create: () => tableRow(cells),
	});
	return ({jobs, jobsInAll}) => {
		show(jobs.toSorted((one, other) => other.ageMs - one.ageMs));
		setText(
			byId('jobs-count'),
			jobs.length < jobsInAll
				? `the oldest ${count(jobs.length)} of ${count(jobsInAll)}`
				: counted(jobsInAll, 'job'),
		);
		setNote(byId('no-jobs'), jobs.length > 0 ? '' : 'Nothing is compiled at this moment.');
	};
}
