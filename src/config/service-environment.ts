import {readFileSync} from 'node:fs';
import type {Environment} from './parse-variables.js';

/** What the units and init scripts of the client give its daemon. */
const serviceDefaults = {
	SCCACHE_CONF: '/etc/sccache/client.conf',
	SCCACHE_DIR: '/var/cache/sccache/cache',
	SCCACHE_CACHE_SIZE: '21474836480',
	SCCACHE_IDLE_TIMEOUT: '0',
} as const;

/** The environment of the client's daemon as a service, where the caller's own says nothing else. */
export function serviceEnvironment(env: Environment): Environment {
	const given = Object.entries(env).filter(([, value]) => value !== undefined && value !== '');
	return {...serviceDefaults, ...Object.fromEntries(given)};
}

/** The environment that a process was started with; undefined: it is gone, or not ours to look at. */
export function environmentOf(pid: number): Environment | undefined {
	try {
		const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
		return Object.fromEntries(
			pairs.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
		);
	} catch {
		return undefined;
	}
}
