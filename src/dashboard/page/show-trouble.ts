import type {LiveServer, LiveView} from '../../protocol/live.js';
import {byId, setNote} from './element.js';
import {keyedList} from './keyed-list.js';
import {stateSigns, whyNot} from './server-state.js';
import {type Cell, tableRow} from './table-row.js';
import {count} from './words.js';

const cells: readonly Cell<LiveServer>[] = [
	{name: 'address', text: ({address}) => address},
	{name: 'state', text: ({state}) => stateSigns[state], kind: ({state}) => state},
	{name: 'number failed', label: 'failed', text: ({failed}) => count(failed)},
	{name: 'number done', label: 'done', text: ({done}) => count(done)},
	{name: 'why wide', text: server => whyNot(server) || before(server)},
];

const before = ({reason}: LiveServer) =>
	reason === '' ? 'takes jobs again' : `takes jobs again; before: ${reason}`;

const order: readonly LiveServer['state'][] = ['quarantined', 'silent', 'draining', 'up'];

/** Servers that failed, are kept from jobs or have fallen silent. */
export function createTrouble(): (view: LiveView) => void {
	const show = keyedList<LiveServer>(byId('trouble-rows'), {
		keyOf: ({address}) => address,
		create: () => tableRow(cells),
	});
	return ({servers}) => {
		const troubled = servers
			.filter(({state, failed}) => failed > 0 || state === 'quarantined' || state === 'silent')
			.sort(
				(one, other) =>
					order.indexOf(one.state) - order.indexOf(other.state) || other.failed - one.failed,
			);
		show(troubled);
		setNote(byId('no-trouble'), troubled.length > 0 ? '' : 'No server has failed.');
	};
}
