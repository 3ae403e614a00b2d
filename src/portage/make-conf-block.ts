import {AppError} from '../lib/errors.js';

/** The wiki's folder of compiler names. */
export const defaultShimFolder = '/usr/local/libexec/sccache';

/** What our block in make.conf sets. */
export interface MakeConfBlock {
	readonly name: 'default' | 'wiki-tcp' | 'original-path';
	readonly lines: readonly string[];
	/** Undefined: the block leaves PATH as it is. */
	readonly shimFolder: string | undefined;
}

const originalPath = `ORIGINAL_PATH="\${PATH}"`;

/** The compilers' names first in PATH; nothing else, because the shim's socket works in each of Portage's sandboxes. */
export function defaultBlock(shimFolder: string = defaultShimFolder): MakeConfBlock {
	return {name: 'default', lines: [originalPath, pathLine(shimFolder)], shimFolder};
}

/** The lines of Gentoo's wiki, for a client that is reached over TCP. */
export function wikiTcpBlock(shimFolder: string = defaultShimFolder): MakeConfBlock {
	return {
		name: 'wiki-tcp',
		lines: [
			originalPath,
			'SCCACHE_SERVER_PORT=4227',
			'SCCACHE_NO_DAEMON=1',
			'SCCACHE_START_SERVER=0',
			'SCCACHE_CONF="/etc/sccache/client.conf"',
			pathLine(shimFolder),
			`FEATURES="\${FEATURES} -ipc-sandbox -network-sandbox -network-sandbox-proxy -pid-sandbox"`,
		],
		shimFolder,
	};
}

/** Beside a block in bashrc: what env/default-path needs. */
export function originalPathBlock(): MakeConfBlock {
	return {name: 'original-path', lines: [originalPath], shimFolder: undefined};
}

function pathLine(shimFolder: string): string {
	checkShimFolder(shimFolder);
	return `PATH="${shimFolder}:\${PATH}"`;
}

/** Throws AppError PORTAGE_INVALID for a folder that make.conf and bash would not take as it stands. */
export function checkShimFolder(shimFolder: string): void {
	if (/^\/[A-Za-z0-9_@%+=,./-]*$/.test(shimFolder)) return;
	throw new AppError(
		'PORTAGE_INVALID',
		`${JSON.stringify(shimFolder)} can't stand in PATH: it is no absolute path of plain characters`,
	);
}
