import type {ClientReport, ClientReportReply} from '../protocol/dist/client-report.js';
import type {LiveClient, LiveHistory, LiveSums} from '../protocol/live.js';
import {foldHistory} from './fold-history.js';

/** Of one client: what no report of an honest one comes to. */
const mostHours = 1000;
const mostDays = 10_000;
const mostClients = 500;
/** Of all clients, by day and package. */
const mostDaysInAll = 200_000;
const shownMs = 15 * 60 * 1000;
const keptMs = 7 * 24 * 60 * 60 * 1000;
const leastEveryMs = 2000;
const reportsPerSecond = 20;
/** In one answer. */
const mostRowsTold = 20_000;

interface Client {
	readonly key: string;
	instance: string;
	origin: string;
	live: Omit<LiveClient, 'lastSeenMs'>;
	lastSeenMs: number;
	readonly hours: Map<number, LiveSums & {readonly hour: number}>;
	readonly days: Map<string, LiveSums & {readonly day: number; readonly package: string}>;
}

/** What clients have told of themselves; those not heard of for a week are forgotten. */
export class ReportedClients {
	/** The one that was silent longest comes first. */
	readonly #clients = new Map<string, Client>();
	readonly #now: () => number;
	#days = 0;

	constructor(now: () => number) {
		this.#now = now;
	}

	/** `origin`: the address that it comes from. Hosts of one name are told apart by it. */
	report(origin: string, report: ClientReport): ClientReportReply {
		const {host, instance, slots, running, waiting, minutes} = report;
		const key = `${host} ${origin}`;
		const before = this.#clients.get(key);
		const known = before?.instance === instance;
		const client: Client =
			before !== undefined && known
				? before
				: {
						...{key, instance, origin, lastSeenMs: 0, hours: new Map(), days: new Map()},
						live: {host, slots, running, waiting, minutes},
					};
		this.#forget(key);
		client.live = {host, slots, running, waiting, minutes};
		client.lastSeenMs = this.#now();
		adopt(client, report);
		this.#clients.set(key, client);
		this.#days += client.days.size;
		this.#forgetOld();
		const nextMs = Math.max(leastEveryMs, (this.#clients.size * 1000) / reportsPerSecond);
		return {known, nextMs: Math.ceil(nextMs)};
	}

	/** Those that were heard of in the last minutes. */
	live(): LiveClient[] {
		const nowMs = this.#now();
		const recent = [...this.#clients.values()].filter(
			({lastSeenMs}) => nowMs - lastSeenMs <= shownMs,
		);
		const names = this.#names();
		return recent
			.map(client => ({
				...client.live,
				host: names(client),
				lastSeenMs: Math.max(0, nowMs - client.lastSeenMs),
			}))
			.sort((one, other) => (one.host < other.host ? -1 : 1));
	}

	history(): LiveHistory {
		const names = this.#names();
		const clients = [...this.#clients.values()];
		return foldHistory(
			{
				hours: clients.flatMap(client =>
					[...client.hours.values()].map(row => ({...row, host: names(client)})),
				),
				days: clients.flatMap(client =>
					[...client.days.values()].map(row => ({...row, host: names(client)})),
				),
			},
			mostRowsTold,
		);
	}

	/** A host's name, with its address where others have that name too. */
	#names(): (client: Client) => string {
		const counts = new Map<string, number>();
		for (const {live} of this.#clients.values()) {
			counts.set(live.host, (counts.get(live.host) ?? 0) + 1);
		}
		return ({live, origin}) =>
			(counts.get(live.host) ?? 0) > 1 ? `${live.host} (${origin})` : live.host;
	}

	#forgetOld(): void {
		const nowMs = this.#now();
		for (const {key, lastSeenMs} of this.#clients.values()) {
			const isTooMuch = this.#clients.size > mostClients || this.#days > mostDaysInAll;
			if (!isTooMuch && nowMs - lastSeenMs <= keptMs) return;
			this.#forget(key);
		}
	}

	#forget(key: string): void {
		const client = this.#clients.get(key);
		if (client === undefined) return;
		this.#clients.delete(key);
		this.#days -= client.days.size;
	}
}

/** Sums are absolute: what comes later stands for the same hour or day. Of too many the earliest go. */
function adopt({hours, days}: Client, report: ClientReport): void {
	for (const row of report.hours) hours.set(row.hour, row);
	keepLatest(hours, mostHours, ({hour}) => hour);
	for (const row of report.days) days.set(`${row.day} ${row.package}`, row);
	keepLatest(days, mostDays, ({day}) => day);
}

function keepLatest<Key, Row>(rows: Map<Key, Row>, most: number, at: (row: Row) => number): void {
	if (rows.size <= most) return;
	const byAge = [...rows].sort(([, one], [, other]) => at(one) - at(other));
	for (const [key] of byAge.slice(0, rows.size - most)) rows.delete(key);
}
