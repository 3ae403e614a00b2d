import {isIPv4, isIPv6, SocketAddress} from 'node:net';

/** `host:port` in the one spelling in which two are compared: IPv6 in brackets and shortened, names in small letters. */
export function canonicalAddress(text: string): string | undefined {
	const [, v6, host, digits] = /^(?:\[([^\]%]+)\]|([^[\]:]+)):(\d{1,5})$/.exec(text) ?? [];
	const port = Number(digits);
	if (digits === undefined || port > 65_535) return undefined;
	if (v6 !== undefined) return isIPv6(v6) ? `[${shortened(v6)}]:${port}` : undefined;
	if (host === undefined || !(isIPv4(host) || isHostName(host))) return undefined;
	return `${host.toLowerCase()}:${port}`;
}

const shortened = (address: string): string => new SocketAddress({address, family: 'ipv6'}).address;

/** RFC 1123, and the underscore that private names have. A number at the end would be a botched IPv4 address. */
function isHostName(text: string): boolean {
	const labels = text.replace(/\.$/, '').split('.');
	return (
		text.length <= 253 &&
		labels.every(label => /^[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/i.test(label)) &&
		!/^\d+$/.test(labels.at(-1) ?? '')
	);
}
