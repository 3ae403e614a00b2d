import {randomBytes} from 'node:crypto';
import {makeCertificate, renewAtMs, type ServerCertificate} from '../http/certificate.js';
import type {Endpoint} from '../protocol/dist/address.js';
import type {HeartbeatRequest} from '../protocol/dist/messages.js';

/** Who this server is, from its start to its end; nothing of it is kept. */
export interface Identity {
	/** With which the scheduler signs the tokens of our jobs. */
	readonly jwtKey: Buffer;
	/** Tells this start from any other. */
	readonly nonce: bigint;
	certificate(): ServerCertificate;
	/** A new certificate, if it is time. */
	renewed(): Promise<ServerCertificate | undefined>;
}

/** `address`: where clients connect to. */
export async function createIdentity(address: Endpoint, now: () => number): Promise<Identity> {
	let certificate = await makeCertificate({address, nowMs: now()});
	return {
		jwtKey: randomBytes(32),
		nonce: randomBytes(8).readBigUInt64LE(),
		certificate: () => certificate,
		renewed: async () => {
			if (now() < renewAtMs(certificate.notAfterMs)) return undefined;
			certificate = await makeCertificate({address, nowMs: now()});
			return certificate;
		},
	};
}

export function heartbeatOf(identity: Identity, slots: number): HeartbeatRequest {
	const {certPem, digest} = identity.certificate();
	return {
		jwtKey: identity.jwtKey,
		numCpus: slots,
		serverNonce: identity.nonce,
		certDigest: digest,
		certPem: Buffer.from(certPem),
	};
}
