import {lookup} from 'node:dns/promises';
import {isIP} from 'node:net';
import {Lru} from '../lib/lru.js';

/** The IP addresses of a host; none when its name is not known. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Servers that have a name are heard of each second: who answers for names need not be asked as often. */
const keptMs = 30_000;
const mostNames = 10_000;

export function createResolve(now: () => number): Resolve {
	const known = new Lru<string, {readonly addresses: readonly string[]; readonly untilMs: number}>(
		mostNames,
	);
	return async host => {
		if (isIP(host) !== 0) return [host];
		const before = known.get(host);
		if (before !== undefined && now() < before.untilMs) return before.addresses;
		const addresses = await addressesOf(host);
		if (addresses.length > 0) known.set(host, {addresses, untilMs: now() + keptMs});
		return addresses;
	};
}

async function addressesOf(host: string): Promise<readonly string[]> {
	try {
		return (await lookup(host, {all: true})).map(({address}) => address);
	} catch {
		return [];
	}
}
