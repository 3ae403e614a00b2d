import type {SharedSecrets, WebdavConfig, WebdavLayout} from '../config/shared-config.js';
import {Connections} from '../http/client.js';
import {exchangeObject, isDone, objectOf, refused} from './http-object.js';
import type {Tier} from './tier.js';

/** WebDAV, or any HTTP server that takes GET and PUT: nginx, Apache, caches of ccache and Bazel. */
export function webdavTier(config: WebdavConfig, secrets: SharedSecrets): Tier {
	const connections = new Connections();
	const {origin} = new URL(config.url);
	const authorization = authorizationOf(config, secrets);
	const headers = authorization === undefined ? {} : {authorization};
	const folders = config.keyPrefix.split('/').filter(part => part !== '');
	const put = (url: string, body: Buffer, signal: AbortSignal) =>
		exchangeObject(connections, {method: 'PUT', url, headers, body}, signal);
	/** Servers without WebDAV make folders by themselves, and may refuse; whether it helped, the next PUT tells. */
	const makeFolders = async (parts: readonly string[], signal: AbortSignal): Promise<void> => {
		for (let depth = 1; depth <= parts.length; depth++) {
			const url = urlOf(config.url, [...parts.slice(0, depth), '']);
			await exchangeObject(connections, {method: 'MKCOL', url, headers}, signal);
		}
	};
	return {
		async get(key, signal) {
			const url = urlOf(config.url, [...folders, ...pathOf(config.layout, key)]);
			return objectOf(
				await exchangeObject(connections, {method: 'GET', url, headers}, signal),
				origin,
			);
		},
		async put(key, bytes, signal) {
			const parts = [...folders, ...pathOf(config.layout, key)];
			const url = urlOf(config.url, parts);
			let answer = await put(url, bytes, signal);
			if (isFolderMissing(answer.status)) {
				await makeFolders(parts.slice(0, -1), signal);
				answer = await put(url, bytes, signal);
			}
			if (!isDone(answer)) throw refused(origin, answer.status);
		},
		close: () => connections.close(),
	};
}

/** RFC 4918, 9.7.1: 409; Apache and lighttpd say 403 and 404, too. */
const isFolderMissing = (status: number): boolean => [403, 404, 409].includes(status);

/** As ccache names objects on an HTTP server; a cache of Bazel takes SHA-256 digests below /ac alone. */
function pathOf(layout: WebdavLayout, key: string): readonly string[] {
	switch (layout) {
		case 'subdirs':
			return [key.slice(0, 2), key.slice(2)];
		case 'flat':
			return [key];
		case 'bazel':
			return ['ac', key];
	}
}

const urlOf = (base: string, parts: readonly string[]): string =>
	base + parts.map(encodeURIComponent).join('/');

function authorizationOf(
	{username}: WebdavConfig,
	{webdavPassword, webdavToken}: SharedSecrets,
): string | undefined {
	if (webdavToken !== undefined) return `Bearer ${webdavToken}`;
	if (username === undefined) return undefined;
	const login = Buffer.from(`${username}:${webdavPassword ?? ''}`).toString('base64');
	return `Basic ${login}`;
}
