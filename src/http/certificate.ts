import {createHash, generateKeyPair, randomBytes, sign} from 'node:crypto';
import {isIP} from 'node:net';
import {promisify} from 'node:util';
import {AsnConvert, OctetString} from '@peculiar/asn1-schema';
import {
	AlgorithmIdentifier,
	AttributeTypeAndValue,
	AttributeValue,
	Certificate,
	ExtendedKeyUsage,
	Extension,
	Extensions,
	GeneralName,
	id_ce_extKeyUsage,
	id_ce_subjectAltName,
	id_kp_serverAuth,
	Name,
	RelativeDistinguishedName,
	SubjectAlternativeName,
	SubjectPublicKeyInfo,
	TBSCertificate,
	Validity,
	Version,
} from '@peculiar/asn1-x509';
import {type Endpoint, formatAddress} from '../protocol/dist/address.js';

const dayMs = 24 * 60 * 60 * 1000;
const validMs = 365 * dayMs;
/** Clocks of clients that are behind. */
const behindMs = dayMs;
const commonName = '2.5.4.3';
const sha256WithRsa = () =>
	new AlgorithmIdentifier({algorithm: '1.2.840.113549.1.1.11', parameters: null});

export interface ServerCertificate {
	readonly certPem: string;
	readonly keyPem: string;
	/** SHA-256 of the certificate (DER). */
	readonly digest: Buffer;
	readonly notAfterMs: number;
}

export interface CertificateSubject {
	/** Where clients connect to. */
	readonly address: Endpoint;
	/** Further IP addresses and host names by which they may do so. */
	readonly otherHosts?: readonly string[];
	readonly nowMs: number;
}

/**
 * A new RSA key and its self-signed certificate, such as Mozilla's clients take as a root of its own: the address in the common name,
 * the host in the alternative names, for servers alone.
 */
export async function makeCertificate({
	address,
	otherHosts = [],
	nowMs,
}: CertificateSubject): Promise<ServerCertificate> {
	const {publicKey, privateKey} = await promisify(generateKeyPair)('rsa', {modulusLength: 2048});
	const notAfterMs = nowMs + validMs;
	const name = nameOf(formatAddress(address));
	const unsigned = new TBSCertificate({
		version: Version.v3,
		serialNumber: arrayBuffer(serialNumber()),
		signature: sha256WithRsa(),
		issuer: name,
		subject: name,
		validity: new Validity({
			notBefore: new Date(nowMs - behindMs),
			notAfter: new Date(notAfterMs),
		}),
		subjectPublicKeyInfo: AsnConvert.parse(
			publicKey.export({type: 'spki', format: 'der'}),
			SubjectPublicKeyInfo,
		),
		extensions: new Extensions([
			extension(
				id_ce_subjectAltName,
				new SubjectAlternativeName([...new Set([address.host, ...otherHosts])].map(generalName)),
			),
			extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
		]),
	});
	const signature = sign('sha256', Buffer.from(AsnConvert.serialize(unsigned)), privateKey);
	const der = Buffer.from(
		AsnConvert.serialize(
			new Certificate({
				tbsCertificate: unsigned,
				signatureAlgorithm: sha256WithRsa(),
				signatureValue: arrayBuffer(signature),
			}),
		),
	);
	return {
		certPem: pem(der),
		keyPem: privateKey.export({type: 'pkcs8', format: 'pem'}).toString(),
		digest: createHash('sha256').update(der).digest(),
		notAfterMs,
	};
}

/** When a new certificate should take the place of one that ends at `notAfterMs`. */
export function renewAtMs(notAfterMs: number): number {
	return notAfterMs - 30 * dayMs;
}

/** Positive, and as DER wants it: no leading zero byte. */
function serialNumber(): Buffer {
	const serial = randomBytes(16);
	serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
	return serial;
}

/** RFC 5280 allows a common name 64 characters. */
function nameOf(text: string): Name {
	const value = new AttributeValue({utf8String: text.slice(0, 64)});
	return new Name([
		new RelativeDistinguishedName([new AttributeTypeAndValue({type: commonName, value})]),
	]);
}

function generalName(host: string): GeneralName {
	return new GeneralName(isIP(host) === 0 ? {dNSName: host} : {iPAddress: host});
}

function extension(extnID: string, value: unknown): Extension {
	return new Extension({
		extnID,
		critical: false,
		extnValue: new OctetString(AsnConvert.serialize(value)),
	});
}

function arrayBuffer(bytes: Buffer): ArrayBuffer {
	return new Uint8Array(bytes).buffer;
}

function pem(der: Buffer): string {
	const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
	return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
