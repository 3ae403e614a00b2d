import {AppError, type ErrorCode} from '../lib/errors.js';
import type {Log} from '../lib/log.js';
import type {ServerStatus} from '../protocol/dist/extensions.js';
import type {Sandbox} from '../sandbox/open.js';
import type {Received} from '../toolchain/receive.js';
import type {HeldToolchain, UnpackedStore} from '../toolchain/unpacked-store.js';
import {trialJob, type Verdict, verdictOf, verdictOfError} from './trial.js';

export interface ToolchainsOptions {
	readonly store: UnpackedStore;
	readonly sandbox: Pick<Sandbox, 'run'>;
	readonly log: Log;
	/** What `status` says has changed. */
	readonly onChange: () => void;
}

const mostRefused = 1000;
/** An archive that can't be unpacked, and what others see of it who sent the same. */
const unusable: readonly ErrorCode[] = ['TOOLCHAIN_INVALID', 'TOOLCHAIN_MISSING'];

/** The toolchains of this server. Each is tried once before it is trusted. */
export class Toolchains {
	readonly #options: ToolchainsOptions;
	readonly #trusted = new Set<string>();
	/** Why, by id; the oldest first. */
	readonly #refused = new Map<string, string>();
	readonly #trials = new Map<string, Promise<void>>();

	constructor(options: ToolchainsOptions) {
		this.#options = options;
	}

	has(id: string): boolean {
		return this.#options.store.has(id);
	}

	/** Throws TOOLCHAIN_REFUSED. */
	requireWanted(id: string): void {
		const reason = this.#refused.get(id);
		if (reason !== undefined) throw refused(id, reason);
	}

	/** See `UnpackedStore.receive`; what came is unpacked before it is said to be here. */
	async receive(id: string, stream: AsyncIterable<Uint8Array>): Promise<Received | 'invalid'> {
		const {store} = this.#options;
		const received = await store.receive(id, stream);
		if (received !== 'ok') return received;
		try {
			const held = await store.acquire(id);
			held.release();
			return 'ok';
		} catch (error) {
			if (!(error instanceof AppError) || !unusable.includes(error.code)) throw error;
			return 'invalid';
		}
	}

	/** Unpacked, tried, and kept until it is released. Throws TOOLCHAIN_MISSING, TOOLCHAIN_REFUSED, or what unpacking throws. */
	async acquire(id: string, executable: string): Promise<HeldToolchain> {
		const {store} = this.#options;
		this.requireWanted(id);
		const held = await store.acquire(id);
		try {
			if (!this.#trusted.has(id)) await this.#tryOnce(id, held.folder, executable);
			return held;
		} catch (error) {
			held.release();
			throw error;
		}
	}

	status(): Pick<ServerStatus, 'toolchains' | 'refused'> {
		return {
			toolchains: this.#options.store.unpacked().filter(id => this.#trusted.has(id)),
			refused: Object.fromEntries(this.#refused),
		};
	}

	#tryOnce(id: string, folder: string, executable: string): Promise<void> {
		const running =
			this.#trials.get(id) ??
			this.#try(id, folder, executable).finally(() => this.#trials.delete(id));
		this.#trials.set(id, running);
		return running;
	}

	async #try(id: string, folder: string, executable: string): Promise<void> {
		const {log, onChange} = this.#options;
		const verdict = await this.#verdict(folder, executable);
		if (verdict.kind === 'unclear') throw verdict.error;
		if (verdict.kind === 'runs') {
			this.#trusted.add(id);
			log.info('a toolchain is tried, and runs', {id});
			onChange();
			return;
		}
		this.#refused.set(id, verdict.reason);
		const [oldest] = this.#refused.keys();
		if (this.#refused.size > mostRefused && oldest !== undefined) this.#refused.delete(oldest);
		log.warn('a toolchain is refused', {id, reason: verdict.reason});
		onChange();
		throw refused(id, verdict.reason);
	}

	async #verdict(folder: string, executable: string): Promise<Verdict> {
		try {
			return verdictOf(await this.#options.sandbox.run(trialJob(folder, executable)));
		} catch (error) {
			return verdictOfError(error);
		}
	}
}

function refused(id: string, reason: string): AppError {
	return new AppError('TOOLCHAIN_REFUSED', `the toolchain does not run here: ${reason}`, {
		fields: {id},
	});
}
