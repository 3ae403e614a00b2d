import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {packageFolder} from '../../src/commands/package-info.js';
import {Secret} from '../../src/lib/secret.js';
import type {Answers, ClientAnswers} from '../../src/setup/plan/answers.js';
import type {Shipped} from '../../src/setup/plan/shipped.js';
import type {Place} from '../../src/setup/plan/tree.js';

export const clientToken = 'c29tZSBzaGFyZWQgdG9rZW4gb2YgdGhlIGZhcm0';
export const secretKey = 'c29tZSBrZXkgb2YgdGhlIHNjaGVkdWxlciBhbG9uZS4';
export const serverToken =
	'eyJhbGciOiJIUzI1NiJ9.eyJzZXJ2ZXJfaWQiOiIxOTIuMC4yLjE6MTA1MDEifQ.c2lnbmF0dXJl';

const gibibyte = 1024 ** 3;

/** A host that is all of the wiki's page. */
export function wikiAnswers(client: Partial<ClientAnswers> = {}): Answers {
	return {
		eprefix: '',
		init: 'systemd',
		scheduler: {
			publicAddress: '192.0.2.1:10600',
			clientToken: new Secret(clientToken),
			secretKey: new Secret(secretKey),
		},
		server: {
			publicAddress: '192.0.2.1:10501',
			schedulerUrl: 'http://192.0.2.1:10600',
			token: new Secret(serverToken),
			toolchainCacheSizeBytes: 10 * gibibyte,
			maxJobs: undefined,
			memoryPerJobBytes: undefined,
		},
		client: {
			farm: {schedulerUrl: 'http://192.0.2.1:10600', token: new Secret(clientToken)},
			cacheSizeBytes: 20 * gibibyte,
			toolchainCacheSizeBytes: 5 * gibibyte,
			path: 'wiki-tcp',
			switchWrappers: false,
			reports: false,
			shimFolder: '/usr/local/libexec/sccache',
			program: '/usr/bin/sccache',
			compilers: ['g++', 'gcc', 'x86_64-pc-linux-gnu-gcc'],
			exclude: [],
			...client,
		},
	};
}

export const shipped: Shipped = name => readFileSync(join(packageFolder, name));

export const placeAt = (root: string, eprefix = ''): Place => ({
	base: join(root, eprefix),
	eprefix,
	canChown: process.geteuid?.() === 0,
});
