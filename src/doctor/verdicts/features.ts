import {failure, ok, type Verdict, warning} from '../verdict.js';

export interface FeaturesFacts {
	/** Those in force. */
	readonly features: readonly string[];
	/** How builds reach the daemon. */
	readonly way: 'socket' | 'abstract socket' | 'tcp';
}

/** What the wiki has switched off for the daemon's TCP port. */
const ofTheWiki = ['ipc-sandbox', 'network-sandbox', 'pid-sandbox'];

/** A socket with a path works in each of Portage's sandboxes; TCP and abstract sockets need network-sandbox off. */
export function judgeFeatures({features, way}: FeaturesFacts): Verdict {
	const isOn = (feature: string) => features.includes(feature);
	if (way !== 'socket' && isOn('network-sandbox')) {
		const what = way === 'tcp' ? 'a TCP port' : 'an abstract socket';
		return failure(
			`network-sandbox is on, and keeps builds from ${what}: nothing of theirs reaches the daemon.`,
			'take SCCACHE_SERVER_PORT and SCCACHE_SERVER_UDS out of make.conf: sccache-gentoo setup client',
		);
	}
	const off = ofTheWiki.filter(feature => !isOn(feature));
	if (way === 'socket' && off.length > 0) {
		const words = off.map(feature => `-${feature}`).join(' ');
		return warning(
			`FEATURES has ${words}, which sccache does not need: its socket works in each sandbox.`,
			`take ${words} out of FEATURES in make.conf`,
		);
	}
	return ok(
		way === 'socket'
			? "Portage's sandboxes are on, and the socket works in them."
			: 'network-sandbox is off, which this way to the daemon needs.',
	);
}
