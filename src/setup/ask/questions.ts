import {canonicalAddress} from '../../config/address.js';
import {AppError} from '../../lib/errors.js';
import {parseSize} from '../../lib/size.js';
import type {Ask, Question} from './ask.js';
import type {Host} from './given.js';

interface Asked {
	/** By a flag. */
	readonly given: string | undefined;
	readonly flag: string;
	readonly question: string;
	readonly about: string;
}

/** `host:port`; without a port, it is the usual one. Throws SETUP_INVALID. */
export async function askAddress(
	{given, flag, question, about}: Asked,
	{fallback, port}: {readonly fallback: string | undefined; readonly port: number},
	ask: Ask,
): Promise<string> {
	const wrong = (text: string) =>
		withPort(text, port) === undefined ? `an address, as in 192.0.2.1:${port}` : undefined;
	const answer = given ?? (await ask.text({question, about, flag, fallback, wrong}));
	const address = withPort(answer, port);
	if (address !== undefined) return address;
	throw new AppError('SETUP_INVALID', `${flag}: ${JSON.stringify(answer)} is no address`, {
		hint: `write it as in 192.0.2.1:${port}`,
	});
}

function withPort(text: string, port: number): string | undefined {
	const host = text.trim();
	const spellings = [host, `${host}:${port}`, `[${host}]:${port}`];
	return spellings.map(canonicalAddress).find(address => address !== undefined);
}

/** The first of this host's addresses. */
export const offeredAddress = ({addresses: [first]}: Host, port: number): string | undefined =>
	first === undefined ? undefined : `${first}:${port}`;

/** What to know of a host's addresses. */
export function aboutAddresses({addresses}: Host): string {
	return addresses.length < 2 ? '' : ` This host has ${addresses.join(', ')}.`;
}

/** In bytes. Throws CONFIG_INVALID for a flag that is no size. */
export async function askSize(
	{given, flag, question, about}: Asked,
	fallbackBytes: number,
	ask: Ask,
): Promise<number> {
	const fallback = shortSize(fallbackBytes);
	return parseSize(given ?? (await ask.text({question, about, flag, fallback, wrong: wrongSize})));
}

const wrongSize: Question['wrong'] = text => {
	try {
		parseSize(text);
		return undefined;
	} catch {
		return 'bytes, or a number with K, M, G or T: 20G';
	}
};

/** As one would type it, and without loss. */
export function shortSize(bytes: number): string {
	const units = [
		['G', 1024 ** 3],
		['M', 1024 ** 2],
	] as const;
	const fitting = units.find(([, size]) => bytes > 0 && bytes % size === 0);
	return fitting === undefined ? String(bytes) : `${bytes / fitting[1]}${fitting[0]}`;
}
