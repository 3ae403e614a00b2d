import type {LiveView} from '../../protocol/live.js';
import {newsBetween} from './announce.js';
import {createAnnouncements} from './announcements.js';
import {showConnection, showRestart} from './banner.js';
import {byId, setAttribute, setText} from './element.js';
import {createClients} from './show-clients.js';
import {createHistory} from './show-history.js';
import {createJobs} from './show-jobs.js';
import {createServers} from './show-servers.js';
import {createSummary} from './show-summary.js';
import {createToolchains} from './show-toolchains.js';
import {createTrouble} from './show-trouble.js';
import {type ConnectionState, watch} from './watch.js';

/** The page: what is told goes to each part of it. */
const parts = [
	createSummary(),
	createServers(),
	createClients(),
	createJobs(),
	createToolchains(),
	createTrouble(),
];
const history = createHistory();
const announce = createAnnouncements();
let shown: LiveView | undefined;
let state: ConnectionState = 'connecting';

watch({
	onView: view => {
		const isFirst = shown?.startedMs !== view.startedMs;
		if (shown !== undefined) announce(newsBetween(shown, view));
		if (shown !== undefined && isFirst) showRestart(view);
		if (isFirst) {
			showTeller(view);
			void history.load();
		}
		shown = view;
		for (const show of parts) show(view);
	},
	onState: next => {
		if (next === state) return;
		if (next === 'lost') announce(['The connection is lost; it is tried again.']);
		if (next === 'live' && state === 'lost') announce(['Connected again.']);
		state = next;
		showConnection(next);
	},
});

function showTeller({teller, version, clients, scheduler}: LiveView): void {
	const where = teller === 'scheduler' ? location.host : (clients[0]?.host ?? location.host);
	const name = teller === 'scheduler' ? `Compile farm at ${where}` : `Compiles on ${where}`;
	setText(byId('teller'), name);
	document.title = `${name}: sccache-gentoo`;
	setText(
		byId('version'),
		`sccache-gentoo ${version}. Everything on this page comes from ${location.host}.`,
	);
	// A host's own page asks nobody in.
	byId('sign-out').hidden = teller === 'client';
	setAttribute(document.body, 'data-scheduler', scheduler);
	const farm = scheduler === 'none' ? 'This host' : 'Farm';
	setText(byId('farm-heading'), farm);
	setText(byId('farm-link'), farm);
}
