import type {LiveJob, LiveServer, LiveView} from '../../protocol/live.js';
import {byId, element, setAttribute, setNote, setText} from './element.js';
import {keyedList, type Shown} from './keyed-list.js';
import {stateSigns, whyNot} from './server-state.js';
import {createSlots} from './slots.js';
import {count, counted, decimal, partOf} from './words.js';

interface ServerWithJobs {
	readonly server: LiveServer;
	/** Those of its jobs that the view names. */
	readonly jobs: readonly LiveJob[];
}

/** The farm's map: each server with its slots, and what fills them. */
export function createServers(): (view: LiveView) => void {
	const show = keyedList<ServerWithJobs>(byId('servers'), {
		keyOf: ({server}) => server.address,
		create: createServer,
	});
	const showDetails = createDetailsButton(byId('servers'));
	return view => {
		const jobs = byServer(view.jobs);
		showDetails(view.servers.length);
		show(
			view.servers
				.toSorted(byAddress)
				.map(server => ({server, jobs: jobs.get(server.address) ?? []})),
		);
		setNote(byId('no-servers'), view.servers.length > 0 ? '' : noServers[view.scheduler]);
	};
}

/** More do not fit a screen with all that is known of them. */
const mostWithDetails = 24;

/** Whether servers are shown with their facts: as the viewer wants it, or else by how many there are. */
function createDetailsButton(list: HTMLElement): (servers: number) => void {
	const button = byId('server-details');
	let wanted: boolean | undefined;
	let count = 0;
	const show = () => {
		const isShown = wanted ?? count <= mostWithDetails;
		setAttribute(button, 'aria-pressed', String(isShown));
		list.classList.toggle('dense', !isShown);
	};
	button.addEventListener('click', () => {
		wanted = button.getAttribute('aria-pressed') !== 'true';
		show();
	});
	return servers => {
		count = servers;
		show();
	};
}

const noServers: Readonly<Record<LiveView['scheduler'], string>> = {
	reached: 'No server has reported yet. One that runs does so within seconds.',
	away: 'The scheduler does not answer, so compiles stay on this host.',
	none: 'No scheduler is configured: compiles stay on this host.',
};

const collator = new Intl.Collator('en', {numeric: true});
const byAddress = (one: LiveServer, other: LiveServer) =>
	collator.compare(one.address, other.address);

function byServer(jobs: readonly LiveJob[]): ReadonlyMap<string, readonly LiveJob[]> {
	const found = new Map<string, LiveJob[]>();
	for (const job of jobs) {
		const known = found.get(job.server);
		if (known === undefined) found.set(job.server, [job]);
		else known.push(job);
	}
	return found;
}

function createServer({server: {address}}: ServerWithJobs): Shown<ServerWithJobs> {
	const badge = element('span', {class: 'badge'});
	const slots = createSlots();
	const why = element('p', {class: 'why'});
	const facts = element('dl', {class: 'facts'});
	const showFacts = keyedList<readonly [string, string]>(facts, {
		keyOf: ([name]) => name,
		create: createFact,
	});
	const node = element(
		'li',
		{class: 'server'},
		element('div', {class: 'server-head'}, element('h4', {}, address), badge),
		slots.node,
		why,
		facts,
	);
	return {
		node,
		update: ({server, jobs}) => {
			setAttribute(node, 'data-state', server.state);
			setAttribute(badge, 'data-state', server.state);
			setText(badge, stateSigns[server.state]);
			slots.update({slots: server.slots, busy: server.jobs, jobs});
			setNote(why, whyNot(server));
			showFacts(factsOf(server));
		},
	};
}

function createFact([name]: readonly [string, string]): Shown<readonly [string, string]> {
	const value = element('dd');
	return {
		node: element('div', {}, element('dt', {}, name), value),
		update: ([, text]) => setText(value, text),
	};
}

function factsOf(server: LiveServer): readonly (readonly [string, string])[] {
	const {speed, load, memoryFreeBytes, memoryTotalBytes, arch, toolchains, done, failed} = server;
	const memory =
		memoryFreeBytes === undefined || memoryTotalBytes === undefined
			? 'not told'
			: partOf(memoryFreeBytes, memoryTotalBytes);
	return [
		['Memory free', memory],
		['Load', load === undefined ? 'not told' : decimal(load)],
		['Speed', `${decimal(speed)} ×`],
		['Machine', arch ?? 'not told'],
		['Toolchains', count(toolchains.length)],
		['Jobs', `${count(done)} done${failed === 0 ? '' : `, ${counted(failed, 'failure')}`}`],
	];
}
