import {Agent as HttpAgent} from 'node:http';
import {Agent as HttpsAgent} from 'node:https';
import {PinnedAgent} from './pinned-agent.js';

/** Where no server says otherwise. Upstream's servers keep a connection for ever, ours for 90 s. */
const idleMs = 30_000;
const maxPins = 64;

export type Kind = {readonly keepAlive: boolean; readonly pin: string | undefined};

/** Connections that wait for their next request. One that was made for a pin serves only requests with that pin. */
export class Agents {
	readonly #agents = new Map<string, HttpAgent>();

	/** `protocol`: as a URL has it, with its colon. */
	of(protocol: string, {keepAlive, pin}: Kind): HttpAgent {
		const key = `${protocol} ${keepAlive} ${pin ?? ''}`;
		const known = this.#agents.get(key);
		if (known !== undefined) {
			return known;
		}
		this.#forgetUnused();
		const options = {keepAlive, timeout: idleMs, maxFreeSockets: 64};
		const agent =
			protocol === 'http:'
				? new HttpAgent(options)
				: pin === undefined
					? new HttpsAgent(options)
					: new PinnedAgent(pin, options);
		this.#agents.set(key, agent);
		return agent;
	}

	close(): void {
		for (const agent of this.#agents.values()) agent.destroy();
		this.#agents.clear();
	}

	/** Certificates change each year at least: their pins must not gather. */
	#forgetUnused(): void {
		if (this.#agents.size < maxPins) return;
		for (const [key, {sockets, freeSockets, requests}] of this.#agents) {
			const isUnused = [sockets, freeSockets, requests].every(
				pool => Object.keys(pool).length === 0,
			);
			if (isUnused) this.#agents.delete(key);
		}
	}
}
