import {
	chmodSync,
	closeSync,
	existsSync,
	fsyncSync,
	linkSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmdirSync,
	rmSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {z} from 'zod';
import {stageFile} from '../../lib/atomic-file.js';
import {AppError, systemCode} from '../../lib/errors.js';

/** What setup keeps of what it did, in the tree that it did it to: for the way back. It holds copies of files with secrets. */
export const stateFolder = '/var/lib/sccache-gentoo/setup';

const before = z.union([
	/** There was nothing. */
	z.null(),
	/** `backup`: a file's name in our folder. */
	z.strictObject({backup: z.string(), mode: z.int(), uid: z.int(), gid: z.int()}),
	z.strictObject({symlink: z.string()}),
]);

const entry = z.strictObject({
	kind: z.enum(['folder', 'file', 'link']),
	path: z.string(),
	before,
	/** SHA-256 of what we wrote; empty for what is no file of ours. */
	after: z.string(),
	editor: z.enum(['make-conf', 'bashrc', 'lines', 'none']),
	/** A user has changed it between two runs of ours. */
	edited: z.boolean(),
	/** Of a link. */
	program: z.string(),
});

/** One step, and what was there before it. */
export type Entry = z.infer<typeof entry>;

const commands = z.array(z.array(z.string()));

const common = {
	version: z.literal(1),
	transaction: z.string(),
	entries: z.array(entry),
	/** Made for this folder of ours. */
	folders: z.array(z.string()),
};

/** `process`: the one that works on it, and when it began. */
const journal = z.strictObject({...common, process: z.string()});

/** What a run is about to do; it is there as long as the run is not over. */
export type Journal = z.infer<typeof journal>;

const record = z.strictObject({
	...common,
	/** Still to be run after the changes. */
	pending: commands,
	undoCommands: commands,
	afterUndo: commands,
});

/** What all runs that were finished did. `transaction` is the last one's. */
export type Record = z.infer<typeof record>;

const names = {journal: 'journal.json', record: 'record.json'};

export const readJournal = (base: string): Journal | undefined =>
	readState(base, names.journal, journal);
export const readRecord = (base: string): Record | undefined =>
	readState(base, names.record, record);

function readState<Schema extends z.ZodType>(
	base: string,
	name: string,
	schema: Schema,
): z.output<Schema> | undefined {
	const path = join(base, stateFolder, name);
	try {
		return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
	} catch (error) {
		if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
		if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
		throw new AppError('SETUP_INVALID', `${path} is damaged, or of another version`, {
			hint: 'what was there before is in the same folder: move the folder away to go on without it',
		});
	}
}

/** Of two runs at once, one gets the journal. */
export function claimJournal(base: string, value: Journal): void {
	const path = join(base, stateFolder, names.journal);
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

export const writeJournal = (base: string, value: Journal): void =>
	writeState(base, names.journal, value);
export const writeRecord = (base: string, value: Record): void =>
	writeState(base, names.record, value);

function writeState(base: string, name: string, value: Journal | Record): void {
	const path = join(base, stateFolder, name);
	rmSync(`${path}.new`, {force: true});
	stageState(`${path}.new`, value);
	renameSync(`${path}.new`, path);
	flush(dirname(path));
}

function stageState(path: string, value: Journal | Record): void {
	stageFile(path, [Buffer.from(`${JSON.stringify(value, undefined, '\t')}\n`)], 0o600);
	flush(path);
}

/** To the disk, so that it survives a loss of power. */
export function flush(path: string): void {
	const file = openSync(path, 'r');
	try {
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}

/** All commands have been run. */
export function forgetPending(base: string): void {
	const done = readRecord(base);
	if (done !== undefined && done.pending.length > 0) writeRecord(base, {...done, pending: []});
}

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

/** A run is over: its journal goes, with all copies that no record names; and the folder, if nothing is left to be known. */
export function closeJournal(base: string, folders: readonly string[]): void {
	const folder = join(base, stateFolder);
	rmSync(join(folder, names.journal), {force: true});
	const known = readRecord(base);
	const backups = (known?.entries ?? []).flatMap(({before}) =>
		before !== null && 'backup' in before ? [before.backup] : [],
	);
	const kept = new Set([...backups, keptFolder, ...(known === undefined ? [] : [names.record])]);
	for (const name of namesIn(folder)) if (!kept.has(name)) rmSync(join(folder, name));
	if (known !== undefined) return;
	removeEmpty(base, [...folders, dirname(stateFolder), stateFolder]);
}

/** Where nothing is known: what a run has left that was killed before it had its journal. */
export function clearClaims(base: string, isAlive: (process: string) => boolean): void {
	const claims = namesIn(join(base, stateFolder)).filter(name =>
		name.startsWith(`${names.journal}.`),
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
		return readState(base, name, journal);
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
	rmSync(join(folder, names.record));
	closeJournal(base, folders);
	return places;
}

const keptFolder = 'kept';

function namesIn(folder: string): readonly string[] {
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
