import type {ClientConfig} from '../../config/client-config.js';
import {toldDays, toldHours} from '../../protocol/dist/client-report.js';
import type {LiveHistory, LiveView} from '../../protocol/live.js';
import {hourOf} from '../../stats/hour-sums.js';
import {localDay} from '../../stats/local-day.js';
import type {Team} from '../team.js';
import {FarmLook} from './farm-look.js';
import {hostNow} from './host-now.js';
import {liveServer} from './live-server.js';
import {tallyOf} from './server-tallies.js';
import {mostJobs} from './under-way.js';
import type {LiveShare} from './worker-live.js';

/** What the whole daemon knows of this host at this moment, and what it remembers of the time before. */
export interface Live {
	/** With the farm's servers, where a scheduler is configured. */
	view(): Promise<LiveView>;
	/** Of the last 14 days by hour, of the last 90 by day and package; with what compiles have just come to. */
	history(): Promise<LiveHistory>;
}

export interface LiveOptions {
	readonly config: ClientConfig;
	readonly version: string;
	/** Of this machine. */
	readonly host: string;
	/** Compiles that it runs at once. */
	readonly slots: number;
	readonly nowMs: () => number;
	readonly team: () => Team;
}

export function createLive(options: LiveOptions): Live {
	const {config, version, host, slots, nowMs, team} = options;
	const startedMs = nowMs();
	let farmLook: FarmLook | undefined;
	const askFarm = () => {
		const {distribution} = team().parts;
		if (config.dist === undefined || distribution === undefined) return undefined;
		farmLook ??= new FarmLook({config: config.dist, connections: distribution.connections});
		return farmLook.look();
	};
	return {
		async view() {
			const [shares, farm] = await Promise.all([team().live(), askFarm()]);
			const list = farm === undefined || farm === 'away' ? undefined : farm;
			const tallies = shares.map(({servers}) => servers);
			const jobs = jobsOf(shares, host);
			return {
				teller: 'client',
				version,
				atMs: nowMs(),
				startedMs,
				scheduler: list !== undefined ? 'reached' : config.dist === undefined ? 'none' : 'away',
				queued: list?.queued ?? 0,
				servers: (list?.servers ?? []).map(row => liveServer(row, tallyOf(row.address, tallies))),
				clients: [{host, slots, ...hostNow(shares), lastSeenMs: 0}],
				jobs: jobs.slice(0, mostJobs),
				jobsInAll: shares.reduce((sum, {underWay}) => sum + underWay.all, 0),
			};
		},
		async history() {
			await team().flush();
			const now = nowMs();
			const {hours, days} = team().parts.statistics.history({
				fromHour: hourOf(now) - toldHours + 1,
				fromDay: localDay(now) - toldDays + 1,
			});
			return {
				hours: hours.map(row => ({...row, host})),
				days: days.map(row => ({...row, host})),
			};
		},
	};
}

function jobsOf(shares: readonly LiveShare[], client: string): LiveView['jobs'] {
	return shares
		.flatMap(({underWay}, worker) =>
			underWay.jobs.map(job => ({...job, id: `${worker}.${job.id}`, client})),
		)
		.toSorted((one, other) => other.ageMs - one.ageMs);
}
