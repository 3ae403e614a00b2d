import {readFileSync, realpathSync} from 'node:fs';
import {join, resolve} from 'node:path';

const modules = realpathSync(resolve(import.meta.dirname, '../../../node_modules'));

/** Nothing in it is committed; what is here is not fetched again. */
export const cacheFolder = join(modules, '.cache/sccache-interop');
export const foundFile = join(cacheFolder, 'found.json');

/** A program of Mozilla's that runs here. */
export interface Upstream {
	/** As its `--version` names it. */
	readonly version: string;
	readonly program: string;
	readonly from: string;
}

export interface Missing {
	readonly what: string;
	readonly reason: string;
}

export interface Found {
	readonly clients: readonly Upstream[];
	/** `sccache-dist`: the scheduler and the server. */
	readonly farms: readonly Upstream[];
	readonly missing: readonly Missing[];
}

/** What `prepare` found. */
export function readFound(): Found {
	return JSON.parse(readFileSync(foundFile, 'utf8'));
}
