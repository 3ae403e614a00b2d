import {Worker as Thread} from 'node:worker_threads';
import type {ClientConfig} from '../config/client-config.js';
import {sharedSecrets} from '../config/shared-config.js';
import {createLog, type LogOptions} from '../lib/log.js';
import type {ControlReply, ControlRequest, ControlVerb} from '../protocol/control.js';
import type {DaemonControl} from './control.js';
import {inFlightTable} from './in-flight.js';
import {listen} from './listen.js';
import {type LiveShare, noShare} from './live/worker-live.js';
import {tellError} from './tell-error.js';
import {
	type Activity,
	createWorker,
	type Order,
	type OrderAnswers,
	type Worker,
	type WorkerOptions,
} from './worker.js';

/** Thread to team, or back: a control request and its answer, and orders to all. */
export type FromThread =
	| {readonly kind: 'ready'}
	/** Of the log: one writes for all. */
	| {readonly kind: 'line'; readonly line: string}
	| {readonly kind: 'ask'; readonly id: number; readonly request: ControlRequest}
	| {readonly kind: 'done'; readonly id: number; readonly answer: OrderAnswers[Order]};
export type ToThread =
	| {readonly kind: 'answer'; readonly id: number; readonly reply: ControlReply<ControlVerb>}
	| {readonly kind: 'order'; readonly id: number; readonly order: Order};

export interface ThreadData
	extends Pick<WorkerOptions, 'config' | 'distToken' | 'sharedSecrets' | 'inFlight' | 'workers'> {
	readonly fd: number;
	readonly log: Omit<LogOptions, 'now' | 'write'>;
}

/** All workers of the daemon: one in this thread, the others in their own, accepting on the same socket. */
export class Team {
	readonly #own: Worker;
	readonly #others: readonly Mate[];

	private constructor(own: Worker, others: readonly Mate[]) {
		this.#own = own;
		this.#others = others;
	}

	/** Throws AppError ADDRESS_IN_USE. */
	static async start(
		config: ClientConfig,
		size: number,
		control: DaemonControl,
		log: LogOptions,
	): Promise<Team> {
		const distToken = config.dist?.token?.reveal();
		const shared = {
			...{config, distToken},
			sharedSecrets: config.shared && sharedSecrets(config.shared),
			...{inFlight: inFlightTable(), workers: size},
		};
		const own = await createWorker({...shared, control, log, maintains: true});
		try {
			await listen(own.server, config);
		} catch (error) {
			await own.close();
			throw error;
		}
		const fd = listeningFd(own);
		const {now: _now, write: _write, ...settings} = log;
		const others = Array.from(
			{length: fd === undefined ? 0 : size - 1},
			() => new Mate({...shared, fd: fd as number, log: settings}, control, log),
		);
		await Promise.all(others.map(mate => mate.ready));
		return new Team(own, others);
	}

	/** How many workers there are. */
	get size(): number {
		return 1 + this.#others.length;
	}

	get parts() {
		return this.#own.parts;
	}

	/** Everything that any worker has counted is in the database afterwards. What all are about comes back. */
	async flush(): Promise<Activity> {
		this.#own.flush();
		const others = await Promise.all(this.#others.map(mate => mate.order('flush')));
		const all = [this.#own.activity(), ...others];
		return {
			lastActiveMs: Math.max(...all.map(({lastActiveMs}) => lastActiveMs)),
			running: all.reduce((sum, {running}) => sum + running, 0),
		};
	}

	/** What goes on in each worker. */
	async live(): Promise<readonly LiveShare[]> {
		const others = await Promise.all(this.#others.map(mate => mate.order('live')));
		return [this.#own.parts.live.share(), ...others];
	}

	/** Resolves when no compile is under way any more and none can begin. */
	async quiesce(): Promise<void> {
		await Promise.all([this.#own.quiesce(), ...this.#others.map(mate => mate.order('quiesce'))]);
	}

	/** Ends all workers, once the last answers have left. */
	async close(): Promise<void> {
		await this.#own.emptied();
		await Promise.all(this.#others.map(mate => mate.end()));
		await this.#own.close();
	}
}

/** The socket that is listened on, for others to accept from. libuv's own handle is the only way to it. */
function listeningFd(worker: Worker): number | undefined {
	const {_handle: handle} = worker.server as unknown as {readonly _handle?: {readonly fd?: number}};
	return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined;
}

interface Waiting {
	readonly order: Order;
	readonly resolve: (answer: OrderAnswers[Order]) => void;
}

const idle: Activity = {lastActiveMs: 0, running: 0};
/** The answers of a thread that is gone. */
const ofNobody: OrderAnswers = {flush: idle, quiesce: idle, close: idle, live: noShare};

/** A worker in a thread of its own. */
class Mate {
	readonly ready: Promise<void>;
	readonly #thread: Thread;
	readonly #waiting = new Map<number, Waiting>();
	#nextId = 0;

	constructor(data: ThreadData, control: DaemonControl, log: LogOptions) {
		this.#thread = new Thread(new URL('./worker-thread.js', import.meta.url), {workerData: data});
		this.ready = new Promise((resolve, reject) => {
			this.#thread.on('message', (message: FromThread) => {
				if (message.kind === 'ready') {
					resolve();
				} else if (message.kind === 'line') {
					log.write(message.line);
				} else if (message.kind === 'ask') {
					void this.#answer(message.id, control, message.request);
				} else {
					this.#waiting.get(message.id)?.resolve(message.answer);
					this.#waiting.delete(message.id);
				}
			});
			this.#thread.on('error', error => {
				tellError(createLog(log), error);
				reject(error);
				this.#release();
			});
			this.#thread.on('exit', () => this.#release());
		});
	}

	order<Asked extends Order>(order: Asked): Promise<OrderAnswers[Asked]> {
		const id = this.#nextId++;
		return new Promise(resolve => {
			this.#waiting.set(id, {order, resolve: resolve as Waiting['resolve']});
			this.#tell({kind: 'order', id, order});
		});
	}

	async end(): Promise<void> {
		await this.order('close');
		await this.#thread.terminate();
	}

	async #answer(id: number, control: DaemonControl, request: ControlRequest): Promise<void> {
		this.#tell({kind: 'answer', id, reply: await control.answer(request)});
	}

	#tell(message: ToThread): void {
		this.#thread.postMessage(message);
	}

	/** A thread that is gone answers nothing any more: nobody shall wait for it. */
	#release(): void {
		for (const {order, resolve} of this.#waiting.values()) resolve(ofNobody[order]);
		this.#waiting.clear();
	}
}
