import type {Answers} from './answers.js';

/** Where a daemon is to be reached: a socket's path, or a host and a port. */
export type Endpoint = {readonly path: string} | {readonly host: string; readonly port: number};

/** Of the daemons of this host. */
export function endpointsOf({scheduler, server, client}: Answers): readonly Endpoint[] {
	const addresses = [scheduler?.publicAddress, server?.publicAddress].filter(
		address => address !== undefined,
	);
	const daemon: Endpoint =
		client?.path === 'wiki-tcp'
			? {host: '127.0.0.1', port: 4227}
			: {path: '/run/sccache/client.sock'};
	return [...addresses.map(endpointAt), ...(client === undefined ? [] : [daemon])];
}

/** `address`: canonical. */
function endpointAt(address: string): Endpoint {
	const colon = address.lastIndexOf(':');
	const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
	return {host, port: Number(address.slice(colon + 1))};
}
