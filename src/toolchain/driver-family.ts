import {readdir, realpath} from 'node:fs/promises';
import {dirname, join} from 'node:path/posix';
import type {AskCompiler} from './ask-compiler.js';
import {isElf} from './program-parts.js';

const prefix = /^(?:[\w.]+-)*/;
const suffix = /(?:-\d[\d.]*)?$/;

const names = {
	gcc: new RegExp(`${prefix.source}(?:gcc|g\\+\\+|cc|c\\+\\+)${suffix.source}`),
	clang: new RegExp(`${prefix.source}clang(?:\\+\\+)?${suffix.source}`),
} as const;

export interface Driver {
	readonly family: keyof typeof names;
	/** As it was asked for. */
	readonly path: string;
	/** What all drivers of one installation answer alike. */
	readonly installation: string;
}

/**
 * All names, in the usual folders and beside the driver, that lead to drivers of the same installation: the C and the C++ compiler
 * and their versioned and prefixed names, so that whichever of them is packed gives the same archive.
 */
export async function driverFamily(ask: AskCompiler, driver: Driver, folders: readonly string[]) {
	const home = dirname(await realpath(driver.path));
	const sameInstallation = new Map<string, Promise<boolean>>();
	const drivers = new Set([driver.path]);
	for (const folder of new Set([...folders, home])) {
		for (const name of await namesIn(folder)) {
			if (!names[driver.family].test(name)) continue;
			const path = join(folder, name);
			const real = await realPath(path);
			if (real === undefined || dirname(real) !== home) continue;
			const same =
				sameInstallation.get(real) ??
				installationOf(ask, driver.family, real).then(found => found === driver.installation);
			sameInstallation.set(real, same);
			if (await same) drivers.add(path);
		}
	}
	return [...drivers];
}

/** Undefined for what does not answer. */
export async function installationOf(
	ask: AskCompiler,
	family: Driver['family'],
	program: string,
): Promise<string | undefined> {
	if (!(await isElf(program))) return undefined;
	const question = family === 'gcc' ? '-print-search-dirs' : '-print-resource-dir';
	const {exitCode, stdout} = await ask([program, question]);
	return exitCode === 0 ? stdout.split('\n')[0] : undefined;
}

async function namesIn(folder: string): Promise<readonly string[]> {
	try {
		return (await readdir(folder)).sort();
	} catch {
		return [];
	}
}

async function realPath(path: string): Promise<string | undefined> {
	try {
		return await realpath(path);
	} catch {
		return undefined;
	}
}
