import {hash} from 'node:crypto';
import type {S3Config} from '../config/shared-config.js';
import {Connections} from '../http/client.js';
import {exchangeObject, isDone, type ObjectRequest, objectOf, refused} from './http-object.js';
import {type Signer, s3Signer} from './s3-signer.js';
import type {Tier} from './tier.js';

/** S3, of Amazon or of whoever speaks it. */
export function s3Tier(config: S3Config): Tier {
	const connections = new Connections();
	const base = new URL(config.endpoint);
	if (config.virtualHost) base.host = `${config.bucket}.${base.host}`;
	const folder = [
		...(config.virtualHost ? [] : [config.bucket]),
		...config.keyPrefix.split('/').filter(part => part !== ''),
	];
	/** Credentials are looked for when the first request needs them. */
	let signer: Signer | undefined;
	const send = async (request: ObjectRequest, signal: AbortSignal) => {
		if (config.credentials === undefined) return exchangeObject(connections, request, signal);
		signer ??= s3Signer(config.region, config.credentials);
		return exchangeObject(connections, await signer(request), signal);
	};
	const urlOf = (key: string): string => {
		const parts = [...folder, key.slice(0, 2), key];
		return `${base.href.replace(/\/+$/, '')}/${parts.map(escaped).join('/')}`;
	};
	return {
		async get(key, signal) {
			const request: ObjectRequest = {method: 'GET', url: urlOf(key)};
			return objectOf(await send(request, signal), base.origin);
		},
		async put(key, body, signal) {
			const headers = {
				'content-type': 'application/octet-stream',
				'x-amz-content-sha256': hash('sha256', body),
				...(config.serverSideEncryption ? {'x-amz-server-side-encryption': 'AES256'} : {}),
			};
			const answer = await send({method: 'PUT', url: urlOf(key), headers, body}, signal);
			if (!isDone(answer)) throw refused(base.origin, answer.status);
		},
		close: () => connections.close(),
	};
}

/** As S3 spells paths when it signs them: all but RFC 3986's unreserved characters. */
const escaped = (part: string): string =>
	encodeURIComponent(part).replace(
		/[!'()*]/g,
		character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
