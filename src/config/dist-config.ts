import {AppError} from '../lib/errors.js';
import {Secret} from '../lib/secret.js';
import {cachedToken} from './cached-config.js';
import type {DistFile} from './file-schema.js';
import {findSecret} from './secret-file.js';
import {allSchedulers} from './values.js';

/** What the client is told of the farm. */
export interface DistConfig {
	/** At least one, each with a `/` at its end; the first that answers is asked. */
	readonly schedulerUrls: readonly string[];
	/** undefined: there should be one, and it cannot be had; a warning says why. */
	readonly token: Secret | undefined;
	/** Where packed toolchains are kept. */
	readonly cacheDir: string;
	readonly toolchainCacheSizeBytes: number;
	/** For one compiler each. */
	readonly toolchains: readonly DistToolchain[];
	/** Preprocess with -fdirectives-only or the like. */
	readonly rewriteIncludesOnly: boolean;
}

export type DistToolchain =
	/** Compile here always. */
	| {readonly type: 'no_dist'; readonly compilerExecutable: string}
	/** Send this archive, and run this compiler in it. */
	| {
			readonly type: 'path_override';
			readonly compilerExecutable: string;
			readonly archive: string;
			readonly archiveCompilerExecutable: string;
	  };

export interface DistPlaces {
	readonly defaultCacheDir: string;
	/** Upstream's file for tokens that were got by OAuth. */
	readonly cachedConfig: string;
}

export interface Dist {
	/** undefined: this client does not distribute. */
	readonly dist: DistConfig | undefined;
	readonly warnings: readonly string[];
}

/** `[dist]` of the client's file. What is wrong with it draws a warning: compiles go on, here. */
export function distConfig(table: DistFile | undefined, places: DistPlaces): Dist {
	const schedulerUrls = allSchedulers(table ?? {});
	if (table === undefined || schedulerUrls.length === 0) return {dist: undefined, warnings: []};
	const toolchains = (table.toolchains ?? []).map(toolchain);
	const twice = firstRepeated(toolchains.map(({compilerExecutable}) => compilerExecutable));
	if (twice !== undefined) {
		const why = `dist.toolchains names ${twice} twice`;
		return {dist: undefined, warnings: [`${why}; not distributing until it is named once`]};
	}
	const {token, warnings} = clientToken(table.auth, places);
	const dist = {
		schedulerUrls,
		token,
		cacheDir: table.cache_dir ?? places.defaultCacheDir,
		toolchainCacheSizeBytes: table.toolchain_cache_size ?? 10 * 1024 ** 3,
		toolchains,
		rewriteIncludesOnly: table.rewrite_includes_only ?? false,
	};
	return {dist, warnings};
}

function toolchain(entry: NonNullable<DistFile['toolchains']>[number]): DistToolchain {
	const {type, compiler_executable: compilerExecutable} = entry;
	if (type === 'no_dist') return {type, compilerExecutable};
	const {archive, archive_compiler_executable: archiveCompilerExecutable} = entry;
	return {type, compilerExecutable, archive, archiveCompilerExecutable};
}

const firstRepeated = (texts: readonly string[]): string | undefined =>
	texts.find((text, index) => texts.indexOf(text) < index);

function clientToken(
	auth: DistFile['auth'],
	{cachedConfig}: DistPlaces,
): {readonly token: Secret | undefined; readonly warnings: readonly string[]} {
	if (auth === undefined) {
		return {token: new Secret('dangerously_insecure_client'), warnings: []};
	}
	if (auth.type !== 'token') return cachedToken(cachedConfig, auth.auth_url);
	try {
		const {secret: token, warnings} = findSecret(auth.token, auth.token_file);
		return {token, warnings};
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		const warning = `dist.auth: ${error.message}; not distributing without a token`;
		return {token: undefined, warnings: [warning]};
	}
}
