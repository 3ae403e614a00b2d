import type {DistConfig} from '../../config/dist-config.js';
import {askInTurn} from '../../http/ask-in-turn.js';
import type {Connections} from '../../http/client.js';
import {type ServerList, serverList} from '../../protocol/dist/extensions.js';
import {schedulerRoutes} from '../../protocol/dist/routes.js';

/** So old may an answer be for who watches. */
const freshMs = 900;
/** A first answer is waited for so long. */
const patienceMs = 1000;
const timeoutMs = 5000;
/** One row a server, and each names its toolchains. */
const listLimitBytes = 64 * 1024 * 1024;

/** The servers as the scheduler lists them; 'away': it can't be reached. A scheduler of v1 has no such list: then there are none. */
export type Farm = ServerList | 'away';

export interface FarmLookOptions {
	readonly config: Pick<DistConfig, 'schedulerUrls' | 'token'>;
	readonly connections: Connections;
}

const none: ServerList = {servers: [], queued: 0};

/** Asks the scheduler, but only while somebody looks; who looks does not wait for a scheduler that is slow. */
export class FarmLook {
	readonly #options: FarmLookOptions;
	#last: Farm | undefined;
	#atMs = Number.NEGATIVE_INFINITY;
	#asking: Promise<void> | undefined;

	constructor(options: FarmLookOptions) {
		this.#options = options;
	}

	async look(): Promise<Farm> {
		if (performance.now() - this.#atMs > freshMs) {
			this.#asking ??= this.#ask();
			await within(patienceMs, this.#asking);
		}
		return this.#last ?? 'away';
	}

	async #ask(): Promise<void> {
		this.#last = await this.#list();
		this.#atMs = performance.now();
		this.#asking = undefined;
	}

	async #list(): Promise<Farm> {
		const {config, connections} = this.#options;
		const token = config.token?.reveal();
		try {
			const {status, body} = await askInTurn(config.schedulerUrls, url =>
				connections.send({
					method: 'GET',
					url: new URL(schedulerRoutes.servers, url).href,
					...(token === undefined ? {} : {token}),
					timeoutMs,
					keepAlive: false,
					answerLimitBytes: listLimitBytes,
				}),
			);
			return status === 200 ? serverList.parse(JSON.parse(body.toString('utf8'))) : none;
		} catch {
			return 'away';
		}
	}
}

function within(ms: number, work: Promise<void>): Promise<void> {
	return new Promise(resolve => {
		const timer = setTimeout(resolve, ms);
		void work.then(() => {
			clearTimeout(timer);
			resolve();
		});
	});
}
