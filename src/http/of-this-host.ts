import type {Request} from './route.js';

const forwarding = ['x-real-ip', 'x-forwarded-for', 'forwarded', 'via'];

/** Whether a program of this host asks. A proxy here that passes on what others ask says so. */
export function isOfThisHost({
	headers,
	peerAddress,
	localAddress,
}: Pick<Request, 'headers' | 'peerAddress' | 'localAddress'>): boolean {
	if (forwarding.some(name => headers[name] !== undefined)) return false;
	return /^127\.|^::1$/.test(peerAddress) || (peerAddress !== '' && peerAddress === localAddress);
}
