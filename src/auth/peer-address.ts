import {BlockList, isIP} from 'node:net';

/**
 * Whether a request comes from one of a server's addresses. A v4 address and the v6 address that it is mapped to are one.
 * Of a server that is named, the caller passes what the name resolves to.
 */
export function comesFrom(peerIp: string, serverIps: readonly string[]): boolean {
	const peer = address(peerIp);
	const servers = serverIps.map(address).filter(known => known !== undefined);
	if (peer === undefined || servers.length === 0) return false;
	const list = new BlockList();
	for (const {ip, family} of servers) list.addAddress(ip, family);
	return list.check(peer.ip, peer.family);
}

/** undefined for what is no IP address. The zone of a link-local one is left out: it says which of our interfaces, not which host. */
function address(
	text: string,
): {readonly ip: string; readonly family: 'ipv4' | 'ipv6'} | undefined {
	const ip = text.replace(/%.*$/, '');
	const version = isIP(ip);
	return version === 0 ? undefined : {ip, family: version === 4 ? 'ipv4' : 'ipv6'};
}
