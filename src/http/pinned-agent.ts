import {createHash} from 'node:crypto';
import type {ClientRequestArgs} from 'node:http';
import {Agent, type AgentOptions} from 'node:https';
import type {Duplex} from 'node:stream';
import type {TLSSocket} from 'node:tls';
import {AppError} from '../lib/errors.js';

/** Lets through only connections to whoever holds one certificate, whatever it says of names, authorities and dates. */
export class PinnedAgent extends Agent {
	readonly #pin: string;

	/** `pin`: SHA-256 of the certificate (DER), in hex. */
	constructor(pin: string, options: AgentOptions) {
		// In a resumed session Node does not know the certificate: each connection shows it anew.
		super({...options, rejectUnauthorized: false, maxCachedSessions: 0});
		this.#pin = pin.toLowerCase();
	}

	override createConnection(
		options: ClientRequestArgs,
		callback?: (error: Error | null, stream: Duplex) => void,
	): Duplex | null | undefined {
		const socket = super.createConnection(options, callback) as TLSSocket;
		// Node sends what is waiting to be sent after this event, and nothing once the socket is destroyed.
		socket.prependOnceListener('secureConnect', () => {
			const seen = digestOf(socket);
			if (seen !== this.#pin) socket.destroy(refused(this.#pin, seen));
		});
		return socket;
	}
}

function digestOf(socket: TLSSocket): string {
	const der = socket.getPeerX509Certificate()?.raw;
	return der === undefined ? '' : createHash('sha256').update(der).digest('hex');
}

function refused(expected: string, seen: string): AppError {
	return new AppError('PEER_UNTRUSTED', 'the server shows another certificate than announced', {
		fields: {expected, seen},
	});
}
