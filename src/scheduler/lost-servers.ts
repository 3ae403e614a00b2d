import type {Address} from '../protocol/dist/address.js';
import type {ServerRecord} from './server-record.js';

const keptMs = 60 * 60 * 1000;
const most = 200;

/** Servers that fell silent without a word, for whoever looks for them. Those that come back are not lost. */
export class LostServers {
	readonly #servers = new Map<Address, ServerRecord>();

	add(server: ServerRecord): void {
		this.#servers.delete(server.id);
		this.#servers.set(server.id, server);
		const [first] = this.#servers.keys();
		if (this.#servers.size > most && first !== undefined) this.#servers.delete(first);
	}

	find(id: Address): ServerRecord | undefined {
		return this.#servers.get(id);
	}

	forget(id: Address): void {
		this.#servers.delete(id);
	}

	/** Those of the last hour. */
	since(nowMs: number): IterableIterator<ServerRecord> {
		for (const {id, lastSeenMs} of this.#servers.values()) {
			if (nowMs - lastSeenMs > keptMs) this.#servers.delete(id);
		}
		return this.#servers.values();
	}
}
