import {z} from 'zod';
import {BincodeError, type Codec, fixedBytes, u16, u32} from './bincode.js';

/** `ip:port`, `[ip6]:port`: how a server is named. */
export type Address = string;

export interface Endpoint {
	readonly host: string;
	readonly port: number;
}

/** `host:port` or `[ip6]:port` in its parts; undefined for anything else. */
export function parseAddress(text: string): Endpoint | undefined {
	const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^[\]:/]+)):(\d{1,5})$/.exec(text);
	const host = match?.[1] ?? match?.[2];
	const port = Number(match?.[3]);
	if (host === undefined || port > 65_535 || (match?.[1] !== undefined && !isIPv6(host))) {
		return undefined;
	}
	return {host, port};
}

export function formatAddress({host, port}: Endpoint): Address {
	return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

const isIPv4 = (text: string): boolean => z.ipv4().safeParse(text).success;
const isIPv6 = (text: string): boolean => z.ipv6().safeParse(text).success;

const v4 = fixedBytes(4);
const v6 = fixedBytes(16);

/** Rust's SocketAddr: a variant for each family, then the bytes of the address, then the port. IP literals alone. */
export const socketAddress: Codec<Address> = {
	encode: (writer, value) => {
		const endpoint = parseAddress(value);
		if (endpoint !== undefined && isIPv4(endpoint.host)) {
			u32.encode(writer, 0);
			v4.encode(writer, Buffer.from(endpoint.host.split('.').map(Number)));
		} else if (endpoint !== undefined && isIPv6(endpoint.host)) {
			u32.encode(writer, 1);
			v6.encode(writer, v6Bytes(endpoint.host));
		} else {
			throw new BincodeError(`${value} is no IP address with a port`);
		}
		u16.encode(writer, endpoint.port);
	},
	decode: reader => {
		const family = u32.decode(reader);
		if (family > 1) {
			throw new BincodeError(`there is no address family ${family}`);
		}
		const host = family === 0 ? [...v4.decode(reader)].join('.') : v6Text(v6.decode(reader));
		return formatAddress({host, port: u16.decode(reader)});
	},
	toJson: value => value,
};

function v6Bytes(host: string): Buffer {
	const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host);
	const plain =
		dotted === null
			? host
			: `${dotted[1]}${pairHex(dotted[2], dotted[3])}:${pairHex(dotted[4], dotted[5])}`;
	const [head = '', tail] = plain.split('::');
	const groups = (text: string) => (text === '' ? [] : text.split(':'));
	const front = groups(head);
	const back = tail === undefined ? [] : groups(tail);
	const zeros = Array.from({length: 8 - front.length - back.length}, () => '0');
	const bytes = Buffer.alloc(16);
	for (const [index, group] of [...front, ...zeros, ...back].entries()) {
		bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
	}
	return bytes;
}

const pairHex = (high = '0', low = '0'): string => (Number(high) * 256 + Number(low)).toString(16);

/** As Rust prints it (RFC 5952): the first of the longest runs of zero groups, of two at least, is left out. */
function v6Text(bytes: Buffer): string {
	const groups = Array.from({length: 8}, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
	const mapped = bytes.subarray(0, 12).equals(Buffer.from('00000000000000000000ffff', 'hex'));
	if (mapped) {
		return `::ffff:${[...bytes.subarray(12)].join('.')}`;
	}
	const [start, end] = longestZeros(groups);
	return end - start < 2
		? groups.join(':')
		: `${groups.slice(0, start).join(':')}::${groups.slice(end).join(':')}`;
}

/** Where the first of the longest runs of zero groups begins and ends. */
function longestZeros(groups: readonly string[]): readonly [start: number, end: number] {
	let longest: readonly [number, number] = [0, 0];
	let start = 0;
	for (const [index, group] of groups.entries()) {
		if (group !== '0') start = index + 1;
		else if (index + 1 - start > longest[1] - longest[0]) longest = [start, index + 1];
	}
	return longest;
}
