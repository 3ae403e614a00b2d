import type {LiveView} from '../../protocol/live.js';
import {applyChanges, elapse} from './apply-changes.js';
import type {LiveChanges} from './live-changes.js';

export type ConnectionState = 'connecting' | 'live' | 'lost' | 'signedOut';

export interface Watching {
	/** A new view, and while it is told each second the last one with its clocks put on. */
	onView(view: LiveView): void;
	onState(state: ConnectionState): void;
}

/** The teller says every ten seconds that it is there. */
const deafMs = 25_000;
const againMs = 3000;
const tickMs = 1000;

/** Listens for as long as the page is there, through restarts of the teller and of the network. */
export function watch({onView, onState}: Watching): void {
	let source: EventSource | undefined;
	let view: LiveView | undefined;
	let viewAtMs = 0;
	let heardMs = performance.now();
	let isLive = false;

	const become = (state: ConnectionState) => {
		isLive = state === 'live';
		onState(state);
	};

	const heard = (next: LiveView | undefined) => {
		heardMs = performance.now();
		if (next === undefined) return;
		view = next;
		viewAtMs = heardMs;
		become('live');
		if (!document.hidden) onView(next);
	};

	const open = () => {
		source?.close();
		heardMs = performance.now();
		source = new EventSource('events');
		source.addEventListener('view', ({data}) => heard(JSON.parse(data) as LiveView));
		source.addEventListener('changes', ({data}) =>
			heard(view && applyChanges(view, JSON.parse(data) as LiveChanges)),
		);
		source.addEventListener('beat', () => heard(undefined));
		source.addEventListener('error', () => {
			become('lost');
			// It comes again by itself, unless the answer was not what it wants.
			if (source?.readyState === EventSource.CLOSED) void askWhy();
		});
	};

	const askWhy = async () => {
		if (await isSignedOut()) become('signedOut');
		else setTimeout(open, againMs);
	};

	const showNow = () => {
		if (view === undefined || document.hidden || !isLive) return;
		onView(elapse(view, performance.now() - viewAtMs));
	};

	setInterval(() => {
		const isOpen = source !== undefined && source.readyState !== EventSource.CLOSED;
		if (isOpen && performance.now() - heardMs > deafMs) {
			become('lost');
			open();
		}
		if (performance.now() - viewAtMs >= tickMs) showNow();
	}, tickMs);
	document.addEventListener('visibilitychange', showNow);
	become('connecting');
	open();
}

async function isSignedOut(): Promise<boolean> {
	try {
		const {status} = await fetch('view', {cache: 'no-store'});
		return status === 401;
	} catch {
		return false;
	}
}
