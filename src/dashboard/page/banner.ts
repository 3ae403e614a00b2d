import {tellerOf} from './announce.js';
import {byId, element, setAttribute, setNote, setText} from './element.js';
import type {ConnectionState} from './watch.js';

const words: Readonly<Record<ConnectionState, string>> = {
	connecting: 'Connecting…',
	live: 'Live',
	lost: 'Connection lost',
	signedOut: 'Signed out',
};
const shownMs = 20_000;

/** Whether what is shown is what is. */
export function showConnection(state: ConnectionState): void {
	const node = byId('connection');
	setAttribute(node, 'data-state', state);
	const text = node.querySelector('.text');
	if (text !== null) setText(text, words[state]);
	document.body.classList.toggle('stale', state === 'lost' || state === 'signedOut');
	const banner = byId('banner');
	if (state === 'live' && banner.dataset.kind === 'connection') setNote(banner, '');
	if (state === 'lost') {
		say('connection', 'The connection is lost. What you see is how it was; it is tried again.');
	}
	if (state === 'signedOut') {
		say('connection', 'You are signed out. ');
		banner.append(element('a', {href: './'}, 'Sign in again'));
	}
}

/** Another run of the teller. */
export function showRestart(view: {teller: 'scheduler' | 'client'; startedMs: number}): void {
	const time = new Date(view.startedMs).toLocaleTimeString('en-GB');
	const text = `${tellerOf(view)} was started again at ${time}.`;
	say('restart', text);
	setTimeout(() => {
		if (byId('banner').textContent === text) setNote(byId('banner'), '');
	}, shownMs);
}

function say(kind: string, text: string): void {
	const banner = byId('banner');
	banner.dataset.kind = kind;
	setNote(banner, text);
}
