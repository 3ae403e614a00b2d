import type {JobRequirements} from '../../protocol/dist/extensions.js';

/** How long a server that failed a job is passed over by this client; the scheduler judges for all. */
const avoidMs = 30_000;
/** Of what is new: one odd job does not show, ten do. */
const share = 0.2;
/** A scheduler reads headers of 16 KiB. */
const mostLinks = 40;

interface Remembered {
	readonly failedMs: number | undefined;
	readonly overheadMs: number | undefined;
}

/** What this client saw of the servers. */
export class ServerMemory {
	readonly #servers = new Map<string, Remembered>();
	readonly #nowMs: () => number;

	constructor(nowMs: () => number) {
		this.#nowMs = nowMs;
	}

	failed(server: string): void {
		this.#servers.set(server, {...this.#of(server), failedMs: this.#nowMs()});
	}

	/** `overheadMs`: everything but the compiler. */
	succeeded(server: string, overheadMs: number): void {
		const known = this.#of(server).overheadMs;
		this.#servers.set(server, {
			failedMs: undefined,
			overheadMs: known === undefined ? overheadMs : known + share * (overheadMs - known),
		});
	}

	/** For the scheduler's choice. */
	forScheduler(): Pick<JobRequirements, 'avoid' | 'links'> {
		const now = this.#nowMs();
		const entries = [...this.#servers].slice(-mostLinks);
		return {
			avoid: entries
				.filter(([, {failedMs}]) => failedMs !== undefined && now - failedMs < avoidMs)
				.map(([server]) => server),
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
		return this.#servers.get(server) ?? {failedMs: undefined, overheadMs: undefined};
	}
}
