import {
	type ClientReport,
	type ClientReportReply,
	toldDays,
	toldHours,
} from '../../protocol/dist/client-report.js';
import type {CompileHistory, HistorySpan} from '../../stats/history.js';
import {hourOf} from '../../stats/hour-sums.js';
import {localDay} from '../../stats/local-day.js';
import {hostNow} from './host-now.js';
import {noRows, type Rows, Told} from './told.js';
import type {LiveShare} from './worker-live.js';

/** After a report that got no answer, and while the scheduler is away. */
const retryMs = 15_000;
/** A scheduler that takes no reports is not asked soon again. */
const refusedMs = 10 * 60_000;
const leastMs = 1000;
/** Sums of hours and days that are over do not change any more; compiles that take long begin in them. */
const changingHours = 48;
const changingDays = 2;

export interface ReportOptions {
	readonly host: string;
	/** Of the daemon's run. */
	readonly instance: string;
	readonly slots: number;
	readonly nowMs: () => number;
	/** See SchedulerLink.report. */
	readonly send: (report: ClientReport) => Promise<ClientReportReply | 'refused' | 'away'>;
	readonly shares: () => Promise<readonly LiveShare[]>;
	/** With what compiles have just come to. */
	readonly history: (span: HistorySpan) => Promise<CompileHistory>;
	readonly onError: (error: unknown) => void;
}

export interface Report {
	close(): void;
}

/** Tells the scheduler of this host, as often as it wants to hear it: for whoever watches the farm. Compiles do not wait for it. */
export function startReport(options: ReportOptions): Report {
	const teller = new Teller(options);
	let timer: NodeJS.Timeout | undefined;
	let isClosed = false;
	const tellIn = (ms: number) => {
		if (isClosed) return;
		timer = setTimeout(() => void teller.tell().then(tellIn, failed), ms);
		timer.unref();
	};
	const failed = (error: unknown) => {
		options.onError(error);
		tellIn(refusedMs);
	};
	tellIn(0);
	return {
		close() {
			isClosed = true;
			clearTimeout(timer);
		},
	};
}

export class Teller {
	readonly #options: ReportOptions;
	readonly #told = new Told();
	/** nothing: it is first asked whether it listens; all: it knows nothing; changes: what has changed since it was told. */
	#due: 'nothing' | 'all' | 'changes' = 'nothing';
	/** How many compiles had ended when the history was last looked at. */
	#looked = -1;

	constructor(options: ReportOptions) {
		this.#options = options;
	}

	/** One report; in how many milliseconds the next one is due. */
	async tell(): Promise<number> {
		const {host, instance, slots, send, shares} = this.#options;
		const all = await shares();
		const {rows, isAll} = await this.#rows(all);
		const now = hostNow(all);
		const reply = await send({host: host.slice(0, 64), instance, slots, ...now, ...rows});
		if (reply === 'away') return this.#failed(retryMs);
		if (reply === 'refused') return this.#failed(refusedMs);
		const nextMs = Math.max(leastMs, reply.nextMs);
		this.#told.tell(rows);
		if (this.#due === 'nothing') {
			this.#due = 'all';
			return 0;
		}
		if (!reply.known) {
			this.#told.forget();
			this.#due = 'all';
			return nextMs;
		}
		if (!isAll) return 0;
		this.#due = 'changes';
		return nextMs;
	}

	/** What it heard before may be lost; whether it is, it will say. */
	#failed(againMs: number): number {
		this.#looked = -1;
		return againMs;
	}

	async #rows(shares: readonly LiveShare[]): Promise<{rows: Rows; isAll: boolean}> {
		const ended = shares.reduce((sum, share) => sum + share.ended, 0);
		const isIdle = this.#due === 'changes' && ended === this.#looked;
		if (this.#due === 'nothing' || isIdle) return {rows: noRows, isAll: true};
		this.#looked = ended;
		return this.#told.untold(await this.#options.history(this.#span()));
	}

	#span(): HistorySpan {
		const nowMs = this.#options.nowMs();
		const [hours, days] =
			this.#due === 'all' ? [toldHours, toldDays] : [changingHours, changingDays];
		return {fromHour: hourOf(nowMs) - hours + 1, fromDay: localDay(nowMs) - days + 1};
	}
}
