import {chmodSync, existsSync, linkSync, mkdirSync, readdirSync, rmdirSync, rmSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {AppError, systemCode} from '../../lib/errors.js';
import {
	flush,
	type Journal,
	journalSchema,
	type Record,
	readRecord,
	readState,
	stageState,
	stateFiles,
	stateFolder,
} from './state.js';

/** What was made for our folder, outermost first. */
export function makeStateFolder(base: string): string[] {
	const missing: string[] = [];
	for (
		let path = stateFolder;
		path !== '/' && !existsSync(join(base, path));
		path = dirname(path)
	) {
		missing.unshift(path);
	}
	try {
		for (const path of missing) {
			mkdirSync(join(base, path));
			chmodSync(join(base, path), path === stateFolder ? 0o700 : 0o755);
		}
	} catch (error) {
		removeEmpty(base, missing);
		throw error;
	}
	return missing;
}

/** Of two runs at once, one gets the journal. */
export function claimJournal(base: string, value: Journal): void {
	const path = join(base, stateFolder, stateFiles.journal);
	const staged = `${path}.${value.transaction}`;
	try {
		stageState(staged, value);
		linkSync(staged, path);
		flush(dirname(path));
	} catch (error) {
		rmSync(staged, {force: true});
		removeEmpty(base, value.folders);
		if (systemCode(error) !== 'EEXIST') throw error;
		throw new Error('another setup has begun', {cause: error});
	}
	rmSync(staged);
}

/** A run is over: its journal goes, with all copies that no record names; and the folder, if nothing is left to be known. */
export function closeJournal(base: string, folders: readonly string[]): void {
	const folder = join(base, stateFolder);
	rmSync(join(folder, stateFiles.journal), {force: true});
	const known = readRecord(base);
	const backups = (known?.entries ?? []).flatMap(({before}) =>
		before !== null && 'backup' in before ? [before.backup] : [],
	);
	const kept = new Set([
		...backups,
		keptFolder,
		...(known === undefined ? [] : [stateFiles.record]),
	]);
	for (const name of entriesOf(folder)) if (!kept.has(name)) rmSync(join(folder, name));
	if (known !== undefined) return;
	removeEmpty(base, [...folders, dirname(stateFolder), stateFolder]);
}

/** Where nothing is known: what a run has left that was killed before it had its journal. */
export function clearClaims(base: string, isAlive: (process: string) => boolean): void {
	const claims = entriesOf(join(base, stateFolder)).filter(name =>
		name.startsWith(`${stateFiles.journal}.`),
	);
	for (const name of claims) {
		const claim = readClaim(base, name);
		if (claim !== undefined && isAlive(claim.process)) continue;
		rmSync(join(base, stateFolder, name), {force: true});
		removeEmpty(base, claim?.folders ?? []);
	}
	removeEmpty(base, [dirname(stateFolder), stateFolder]);
}

/** Undefined: it was not even written. */
function readClaim(base: string, name: string): Journal | undefined {
	try {
		return readState(base, name, journalSchema);
	} catch (error) {
		if (error instanceof AppError) return undefined;
		throw error;
	}
}

/** From here on nothing is known of what was done. `keep`: backups that stay for the user, whose new paths are answered. */
export function closeRecord(
	base: string,
	{folders}: Record,
	keep: readonly string[],
): readonly string[] {
	const folder = join(base, stateFolder);
	const places = keep.map(name => join(stateFolder, keptFolder, name));
	if (keep.length > 0) mkdirSync(join(folder, keptFolder), {recursive: true, mode: 0o700});
	for (const [index, name] of keep.entries()) {
		const place = join(base, places[index] ?? '');
		if (!existsSync(place)) linkSync(join(folder, name), place);
	}
	rmSync(join(folder, stateFiles.record));
	closeJournal(base, folders);
	return places;
}

const keptFolder = 'kept';

function entriesOf(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		if (!['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) throw error;
		return [];
	}
}

/** The innermost first. */
function removeEmpty(base: string, folders: readonly string[]): void {
	for (const path of [...new Set(folders)].toSorted((a, b) => b.length - a.length)) {
		try {
			rmdirSync(join(base, path));
		} catch (error) {
			if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
		}
	}
}
