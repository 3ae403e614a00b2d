import type {JobRequirements} from '../../protocol/dist/extensions.js';

/** How long a server that failed a job is passed over by this client; the scheduler judges for all. */
const avoidMs = 30_000;
/** Of what is new: one odd job does not show, ten do. */
const share = 0.2;
/** A scheduler reads headers of 16 KiB. */
const mostLinks = 40;

interface Remembered {
	readonly failed: {readonly atMs: number; readonly pin: string} | undefined;
	readonly overheadMs: number | undefined;
}

/** What this client saw of the servers. */
export class ServerMemory {
	readonly #servers = new Map<string, Remembered>();
	readonly #nowMs: () => number;

	constructor(nowMs: () => number) {
		this.#nowMs = nowMs;
	}

	/** `pin`: of the certificate that it had; another one means that it was started again. */
	failed({server, pin}: {readonly server: string; readonly pin: string}): void {
		this.#servers.set(server, {...this.#of(server), failed: {atMs: this.#nowMs(), pin}});
	}

	/** `overheadMs`: everything but the compiler. */
	succeeded(server: string, overheadMs: number): void {
		const known = this.#of(server).overheadMs;
		this.#servers.set(server, {
			failed: undefined,
			overheadMs: known === undefined ? overheadMs : known + share * (overheadMs - known),
		});
	}

	/** For the scheduler's choice. */
	forScheduler(): Pick<JobRequirements, 'avoid' | 'links'> {
		const now = this.#nowMs();
		const entries = [...this.#servers].slice(-mostLinks);
		return {
			avoid: Object.fromEntries(
				entries.flatMap(([server, {failed}]) =>
					failed !== undefined && now - failed.atMs < avoidMs ? [[server, failed.pin]] : [],
				),
			),
			links: Object.fromEntries(
				entries.flatMap(([server, {overheadMs}]) =>
					overheadMs === undefined
						? []
						: [[server, {roundTripMs: Math.round(overheadMs), bytesPerMs: 50_000}] as const],
				),
			),
		};
	}

	#of(server: string): Remembered {
		return this.#servers.get(server) ?? {failed: undefined, overheadMs: undefined};
	}
}
