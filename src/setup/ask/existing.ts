import {AppError} from '../../lib/errors.js';
import {Secret} from '../../lib/secret.js';
import {parseSize} from '../../lib/size.js';
import {bashrcFolder, bashrcReports} from '../../portage/bashrc.js';
import {findBlock} from '../../portage/marked-block.js';
import {type PathChoice, type Role, roles} from '../plan/answers.js';
import {shippedCacheSizeBytes} from '../plan/shipped.js';
import {tomlValue} from '../plan/toml-edit.js';
import type {Tree} from '../plan/tree.js';

/** What a tree says already, for what nobody says otherwise. */
export interface Existing {
	/** Those with a file in /etc/sccache. */
	readonly roles: readonly Role[];
	readonly scheduler: ExistingScheduler | undefined;
	readonly server: ExistingServer | undefined;
	readonly client: ExistingClient | undefined;
	readonly cacheSizeBytes: number | undefined;
	readonly path: PathChoice | undefined;
	/** Our block switches other wrappers off. */
	readonly switched: boolean;
	/** Our block says after each build what came from the cache. */
	readonly reports: boolean;
}

interface ExistingScheduler {
	readonly publicAddress: string | undefined;
	readonly hasClientAuth: boolean;
	readonly hasServerAuth: boolean;
	readonly clientToken: Secret | undefined;
	readonly secretKey: Secret | undefined;
}

interface ExistingServer {
	readonly publicAddress: string | undefined;
	readonly schedulerUrl: string | undefined;
	readonly hasAuth: boolean;
	readonly toolchainCacheSizeBytes: number | undefined;
	readonly maxJobs: number | undefined;
	readonly memoryPerJobBytes: number | undefined;
}

interface ExistingClient {
	readonly schedulerUrl: string | undefined;
	readonly hasAuth: boolean;
	readonly toolchainCacheSizeBytes: number | undefined;
}

/** Throws CONFIG_INVALID for a file that is no TOML. */
export function readExisting(tree: Tree): Existing {
	const scheduler = tomlOf(tree, '/etc/sccache/scheduler.conf');
	const server = tomlOf(tree, '/etc/sccache/server.conf');
	const client = tomlOf(tree, '/etc/sccache/client.conf');
	const found = {scheduler, server, client};
	return {
		roles: roles.filter(role => found[role] !== undefined),
		scheduler: scheduler && {
			publicAddress: textOf(scheduler('', 'public_addr')),
			hasClientAuth: scheduler('client_auth', 'type') !== undefined,
			hasServerAuth: scheduler('server_auth', 'type') !== undefined,
			clientToken: secretOf(scheduler('client_auth', 'token')),
			secretKey: secretOf(scheduler('server_auth', 'secret_key')),
		},
		server: server && {
			publicAddress: textOf(server('', 'public_addr')),
			schedulerUrl: textOf(server('', 'scheduler_url')) ?? firstOf(server('', 'scheduler_urls')),
			hasAuth: server('scheduler_auth', 'type') !== undefined,
			toolchainCacheSizeBytes: sizeOf(server('', 'toolchain_cache_size')),
			maxJobs: numberOf(server('', 'max_jobs')),
			memoryPerJobBytes: sizeOf(server('', 'memory_per_job')),
		},
		client: client && {
			schedulerUrl:
				textOf(client('dist', 'scheduler_url')) ?? firstOf(client('dist', 'scheduler_urls')),
			hasAuth: client('dist.auth', 'type') !== undefined,
			toolchainCacheSizeBytes: sizeOf(client('dist', 'toolchain_cache_size')),
		},
		cacheSizeBytes: serviceCacheSize(tree) ?? (client && shippedCacheSizeBytes),
		...pathOf(tree),
		reports: bashrcReports(bashrcOf(tree)),
	};
}

function tomlOf(tree: Tree, path: string) {
	const text = tree.file(path)?.bytes.toString('utf8');
	if (text === undefined) return undefined;
	try {
		tomlValue(text, '', '');
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		const message = error.message.replace(/^the file/, path);
		throw new AppError('CONFIG_INVALID', message, {hint: 'mend it, or move it away'});
	}
	return (table: string, key: string): unknown => tomlValue(text, table, key);
}

function textOf(value: unknown): string | undefined {
	return typeof value === 'string' ? value : undefined;
}

const secretOf = (value: unknown): Secret | undefined =>
	typeof value === 'string' && value !== '' ? new Secret(value) : undefined;

const numberOf = (value: unknown): number | undefined =>
	typeof value === 'number' ? value : undefined;

function sizeOf(value: unknown): number | undefined {
	if (typeof value === 'number') return value;
	return typeof value === 'string' ? parseSize(value) : undefined;
}

/** What we have told the client's service before. */
function serviceCacheSize(tree: Tree): number | undefined {
	const places = [
		'/etc/systemd/system/sccache-client.service.d/50-sccache-gentoo.conf',
		'/etc/conf.d/sccache-client',
	];
	for (const path of places) {
		const text = tree.file(path)?.bytes.toString('latin1') ?? '';
		const size = /^(?:Environment="SCCACHE_CACHE_SIZE=|SCCACHE_CACHE_SIZE=")(\d+)"$/m.exec(
			text,
		)?.[1];
		if (size !== undefined) return Number(size);
	}
	return undefined;
}

const bashrcOf = (tree: Tree): string =>
	tree.file('/etc/portage/bashrc')?.bytes.toString('latin1') ?? '';

function pathOf(tree: Tree): Pick<Existing, 'path' | 'switched'> {
	const blockIn = (path: string): string | undefined => {
		const text = tree.file(path)?.bytes.toString('latin1') ?? '';
		const found = findBlock(text);
		return found.kind === 'block'
			? text.slice(found.before.length, text.length - found.after.length)
			: undefined;
	};
	const own =
		blockIn('/etc/portage/make.conf') ?? blockIn('/etc/portage/make.conf/zz-sccache-gentoo');
	const switched = /^FEATURES=.* -(?:ccache|distcc|icecream)\b/m.test(own ?? '');
	if (bashrcFolder(bashrcOf(tree)) !== undefined) return {path: 'bashrc', switched};
	if (own === undefined) return {path: undefined, switched};
	return {path: /^SCCACHE_SERVER_PORT=/m.test(own) ? 'wiki-tcp' : 'make.conf', switched};
}

function firstOf(value: unknown): string | undefined {
	return Array.isArray(value) ? textOf(value[0]) : undefined;
}
