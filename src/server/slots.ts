import {AppError} from '../lib/errors.js';
import {type AdmissionFacts, mayStart, refusalOf} from './admission.js';

export interface SlotsOptions {
	readonly slots: number;
	readonly memoryPerJobBytes: number;
	readonly freeBytes: () => number;
	readonly now: () => number;
}

/** Of one job, until it leaves. */
export interface Place {
	/** Resolves when the job may begin. Throws JOB_ABORTED, and SERVER_BUSY when memory went to others. */
	start(signal: AbortSignal): Promise<void>;
	leave(): void;
}

interface Waiter {
	begin(): void;
	refuse(reason: string): void;
}

/** By then a compile has most of its memory. */
const grownMs = 2000;
/** Memory comes back without anybody saying so. */
const lookAgainMs = 200;

/** Who runs, and who waits for that: in the order in which they came to be ready. */
export class Slots {
	readonly #options: SlotsOptions;
	readonly #startedMs = new Set<{readonly atMs: number}>();
	readonly #waiters: Waiter[] = [];
	#entered = 0;
	#timer: NodeJS.Timeout | undefined;

	constructor(options: SlotsOptions) {
		this.#options = options;
	}

	get running(): number {
		return this.#startedMs.size;
	}

	/** Being received, or ready to begin. */
	get waiting(): number {
		return this.#entered - this.running;
	}

	/** Throws SERVER_BUSY, with the reason. */
	requireRoom(): void {
		const reason = refusalOf(this.#facts());
		if (reason !== undefined) throw busy(reason);
	}

	/** Throws SERVER_BUSY, with the reason. */
	enter(): Place {
		this.requireRoom();
		this.#entered++;
		let started: {readonly atMs: number} | undefined;
		let left = false;
		return {
			start: signal =>
				this.#turn(signal, () => {
					started = {atMs: this.#options.now()};
					this.#startedMs.add(started);
				}),
			leave: () => {
				if (left) return;
				left = true;
				this.#entered--;
				if (started !== undefined) this.#startedMs.delete(started);
				this.#proceed();
			},
		};
	}

	#turn(signal: AbortSignal, count: () => void): Promise<void> {
		return new Promise((resolve, reject) => {
			const over = () => signal.removeEventListener('abort', onAbort);
			const waiter = {
				begin: () => {
					over();
					count();
					resolve();
				},
				refuse: (reason: string) => {
					over();
					reject(busy(reason));
				},
			};
			const onAbort = () => {
				this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
				reject(aborted());
			};
			if (signal.aborted) {
				reject(aborted());
				return;
			}
			signal.addEventListener('abort', onAbort, {once: true});
			this.#waiters.push(waiter);
			this.#proceed();
		});
	}

	#proceed(): void {
		for (;;) {
			const [first] = this.#waiters;
			if (first === undefined) return;
			const facts = this.#facts();
			const reason = facts.running === 0 ? refusalOf({...facts, waiting: 0}) : undefined;
			if (reason !== undefined) first.refuse(reason);
			else if (mayStart(facts)) first.begin();
			else break;
			this.#waiters.shift();
		}
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			this.#proceed();
		}, lookAgainMs).unref();
	}

	#facts(): AdmissionFacts {
		const {slots, memoryPerJobBytes, freeBytes, now} = this.#options;
		const nowMs = now();
		const young = [...this.#startedMs].filter(({atMs}) => nowMs - atMs < grownMs).length;
		return {
			slots,
			running: this.running,
			waiting: this.waiting,
			freeBytes: freeBytes(),
			promisedBytes: young * memoryPerJobBytes,
			memoryPerJobBytes,
		};
	}
}

function busy(reason: string): AppError {
	return new AppError('SERVER_BUSY', `no job can be taken: ${reason}`);
}

function aborted(): AppError {
	return new AppError('JOB_ABORTED', 'the job was ended while it waited');
}
