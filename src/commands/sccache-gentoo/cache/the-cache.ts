import {statSync} from 'node:fs';
import {Errors, Flags} from '@oclif/core';
import type {ClientConfig} from '../../../config/client-config.js';
import {processEnvironment} from '../../../config/environment.js';
import {loadClientConfig} from '../../../config/load.js';
import {noProgress, type Progress, progressOn} from '../../../lib/progress.js';
import {type CacheFolder, withCacheFolder} from '../../../store/upkeep/cache-folder.js';
import {clientEnvironment} from '../client-environment.js';
import {packageChoice} from '../stats/package-choice.js';

/** The cache of the client's daemon, whether that runs or not. */

export const packageFlag = Flags.string({
	description:
		'Only entries of CATEGORY/PACKAGE, or of one version as =CATEGORY/PACKAGE-VERSION; "" means those of no package',
	helpValue: 'ATOM',
});

export const dryRunFlag = Flags.boolean({
	description: 'Only tell what would be done',
	default: false,
});

export async function cacheConfig(): Promise<ClientConfig> {
	return loadClientConfig(await clientEnvironment(processEnvironment()));
}

/** Undefined: all that there are. */
export function choiceOf(atom: string | undefined): ((version: string) => boolean) | undefined {
	if (atom === undefined) return undefined;
	if (atom === '') return version => version === '';
	const choice = packageChoice(atom);
	if (choice !== undefined) return choice;
	throw new Errors.CLIError(
		`--package: ${atom} is neither CATEGORY/PACKAGE nor =CATEGORY/PACKAGE-VERSION`,
		{exit: 2},
	);
}

/** What root makes in the cache must be its owner's: the daemon could not read it. For good: nothing else follows. */
export function actAsOwner(dir: string): void {
	const owner = statSync(dir, {throwIfNoEntry: false});
	if (process.geteuid?.() !== 0 || owner === undefined || owner.uid === 0) return;
	process.setgroups?.([owner.gid]);
	process.setegid?.(owner.gid);
	process.seteuid?.(owner.uid);
}

/** Undefined: there is no cache yet. */
export function inCache<Answer>(
	{cacheDir}: ClientConfig,
	{readOnly}: {readonly readOnly: boolean},
	act: (folder: CacheFolder) => Answer,
): Answer | undefined {
	actAsOwner(cacheDir);
	return withCacheFolder({dir: cacheDir, now: Date.now, readOnly}, act);
}

/** `isWanted`: not where the answer is for a program. */
export function progressOf(isWanted: boolean): Progress {
	return isWanted ? progressOn(process.stderr, processEnvironment().TERM, Date.now) : noProgress;
}
