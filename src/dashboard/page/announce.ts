import type {LiveServer, LiveView} from '../../protocol/live.js';
import {duration} from './words.js';

const becomes: Readonly<Record<LiveServer['state'], string>> = {
	up: 'takes jobs again',
	draining: 'takes no more jobs',
	quarantined: 'is kept from jobs',
	silent: 'has fallen silent',
};

/** What has changed that somebody who does not look at the page wants to hear; nothing of jobs that come and go. */
export function newsBetween(before: LiveView, after: LiveView): readonly string[] {
	if (before.startedMs !== after.startedMs) return [`${tellerOf(after)} was started again.`];
	const known = new Map(before.servers.map(server => [server.address, server]));
	const news: string[] = [];
	for (const server of after.servers) {
		const old = known.get(server.address);
		known.delete(server.address);
		if (old === undefined) news.push(`Server ${server.address} has come.`);
		else if (old.state !== server.state) news.push(`Server ${server.address} ${change(server)}.`);
	}
	for (const address of known.keys()) news.push(`Server ${address} has gone.`);
	if (before.scheduler !== after.scheduler && after.teller === 'client') {
		news.push(`The scheduler is ${after.scheduler === 'reached' ? 'reached again' : 'away'}.`);
	}
	return news;
}

export function tellerOf({teller}: Pick<LiveView, 'teller'>): string {
	return teller === 'scheduler' ? 'The scheduler' : 'The daemon';
}

function change({state, reason, quarantineMs}: LiveServer): string {
	if (state !== 'quarantined') return becomes[state];
	return `${becomes[state]} for ${duration(quarantineMs)}: ${reason}`;
}
