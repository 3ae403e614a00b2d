import {AppError} from '../lib/errors.js';
import type {Log} from '../lib/log.js';
import type {ServerStatus} from '../protocol/dist/extensions.js';
import type {HeartbeatRequest} from '../protocol/dist/messages.js';
import {type NextBeat, nextBeat, type Outcome, type Said} from './next-beat.js';
import type {SchedulerLink} from './scheduler-link.js';

export interface HeartbeatOptions {
	readonly link: SchedulerLink;
	readonly beat: () => HeartbeatRequest;
	readonly status: () => ServerStatus;
	readonly now: () => number;
	readonly log: Log;
}

/** Keeps one scheduler informed that, and how, this server is. */
export class Heartbeat {
	readonly #options: HeartbeatOptions;
	#spokeExtensions = false;
	/** The scheduler knows this server, and what a status is. */
	#isHeard = false;
	#isKnown = false;
	#heardMs = Number.NEGATIVE_INFINITY;
	#failing: string | undefined;
	#next: NextBeat = {say: 'heartbeat', inMs: 0};
	#wake: (() => void) | undefined;
	#running: Promise<void> | undefined;
	#isOver = false;

	constructor(options: HeartbeatOptions) {
		this.#options = options;
	}

	start(): void {
		this.#running ??= this.#run();
	}

	/** The scheduler's last answer knew this server. */
	get isHeard(): boolean {
		return this.#isKnown;
	}

	/** Says at once what has changed, to a scheduler that wants to know it; `heartbeat`: to any. */
	changed(say: Said = 'status'): void {
		if (say === 'status' && !this.#isHeard) return;
		this.#next = {say, inMs: 0};
		this.#wake?.();
	}

	/** Says nothing more, but that the server is gone. */
	async end(): Promise<void> {
		this.#isOver = true;
		this.#wake?.();
		await this.#running;
		if (this.#options.link.extensions === 0) return;
		try {
			await this.#options.link.status({...this.#options.status(), state: 'gone'});
		} catch {
			// It will notice.
		}
	}

	async #run(): Promise<void> {
		while (!this.#isOver) {
			const {say} = this.#next;
			// Whatever comes meanwhile may replace it.
			const planned: NextBeat = {say, inMs: 0};
			this.#next = planned;
			const outcome = await this.#say(say);
			this.#isHeard = isHeard(outcome);
			this.#isKnown = outcome.kind === 'heartbeat' || (outcome.kind === 'status' && outcome.known);
			if (this.#next === planned) {
				this.#next = nextBeat(outcome, {
					spokeExtensions: this.#spokeExtensions,
					sinceHeartbeatMs: this.#options.now() - this.#heardMs,
				});
			}
			if (!this.#isOver) await this.#pause(this.#next.inMs);
		}
	}

	async #say(said: Said): Promise<Outcome> {
		const {link, beat, status, now} = this.#options;
		try {
			if (said === 'status') {
				const reply = await link.status(status());
				return {kind: 'status', ...reply};
			}
			const {isNew} = await link.heartbeat(beat());
			this.#heardMs = now();
			this.#spokeExtensions = link.extensions > 0;
			this.#succeeded(isNew);
			return {kind: 'heartbeat', extensions: link.extensions};
		} catch (error) {
			if (!(error instanceof AppError)) throw error;
			this.#failed(error);
			const unreachable = error.code === 'PEER_UNREACHABLE' || error.code === 'PEER_TIMED_OUT';
			return {kind: 'failed', said, unreachable};
		}
	}

	#pause(ms: number): Promise<void> {
		return new Promise(resolve => {
			const timer = setTimeout(resolve, ms);
			this.#wake = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}

	#succeeded(isNew: boolean): void {
		if (isNew || this.#failing !== undefined) {
			const {url, extensions} = this.#options.link;
			this.#options.log.info('the scheduler knows this server', {scheduler: url, extensions});
		}
		this.#failing = undefined;
	}

	/** Each trouble is told once. */
	#failed({message}: AppError): void {
		if (this.#failing !== message) {
			this.#options.log.warn('the scheduler can not be told that this server is here', {
				...{scheduler: this.#options.link.url, reason: message},
			});
		}
		this.#failing = message;
	}
}

function isHeard(outcome: Outcome): boolean {
	return outcome.kind === 'status'
		? outcome.known
		: outcome.kind === 'heartbeat' && outcome.extensions > 0;
}
