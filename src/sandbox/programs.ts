import {accessSync, constants} from 'node:fs';
import {isAbsolute, join, resolve} from 'node:path';
import {run} from '../exec/run.js';
import {AppError} from '../lib/errors.js';

/** Programs that a sandbox is made with, as absolute paths. */
export interface Programs {
	readonly bwrap: string;
	/** Ours. */
	readonly warden: string;
	/** util-linux's. */
	readonly unshare: string;
	/** See `Inside`. */
	readonly disableUserns: boolean;
}

/** No PATH: what runs as root is not looked up where others may write. */
const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** Beside the programs that the package has. */
const installedWarden = resolve(import.meta.dirname, '../../bin/sccache-warden');

/** --clearenv, which a job's environment needs. */
const oldestBwrap = [0, 5] as const;
const withDisableUserns = [0, 8] as const;
const versionTimeoutMs = 10_000;

/** Throws SANDBOX_UNAVAILABLE naming what is missing or too old. */
export async function findPrograms(bwrapPath: string): Promise<Programs> {
	const bwrap = isAbsolute(bwrapPath) ? bwrapPath : find(bwrapPath, 'bubblewrap');
	const version = await bwrapVersion(bwrap);
	return {
		bwrap,
		disableUserns: atLeast(version, withDisableUserns),
		warden: installedWarden,
		unshare: find('unshare', 'util-linux'),
	};
}

function find(name: string, from: string): string {
	for (const folder of folders) {
		const path = join(folder, name);
		try {
			accessSync(path, constants.X_OK);
			return path;
		} catch {
			// The next folder may have it.
		}
	}
	throw new AppError('SANDBOX_UNAVAILABLE', `${name} is not installed`, {
		hint: `install ${from}`,
		fields: {program: name},
	});
}

type Version = readonly [major: number, minor: number];

async function bwrapVersion(bwrap: string): Promise<Version> {
	const hint = 'install bubblewrap, and name it in bwrap_path';
	try {
		const {stdout} = await run([bwrap, '--version'], {env: {}, timeoutMs: versionTimeoutMs});
		const version = parseBwrapVersion(stdout.toString());
		if (version !== undefined && atLeast(version, oldestBwrap)) return version;
	} catch (cause) {
		throw new AppError('SANDBOX_UNAVAILABLE', `${bwrap} can't be run`, {hint, cause});
	}
	throw new AppError(
		'SANDBOX_UNAVAILABLE',
		`${bwrap} is not bubblewrap ${oldestBwrap.join('.')} or newer`,
		{hint, fields: {bwrap}},
	);
}

/** Of what `bwrap --version` prints. */
export function parseBwrapVersion(text: string): Version | undefined {
	const match = /^bubblewrap (\d+)\.(\d+)/.exec(text);
	return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

function atLeast([major, minor]: Version, [leastMajor, leastMinor]: Version): boolean {
	return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
