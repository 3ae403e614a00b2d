import {closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync} from 'node:fs';
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
export const journalSchema = z.strictObject({...common, process: z.string()});

/** What a run is about to do; it is there as long as the run is not over. */
export type Journal = z.infer<typeof journalSchema>;

const record = z.strictObject({
	...common,
	/** Still to be run after the changes. */
	pending: commands,
	undoCommands: commands,
	afterUndo: commands,
});

/** What all runs that were finished did. `transaction` is the last one's. */
export type Record = z.infer<typeof record>;

export const stateFiles = {journal: 'journal.json', record: 'record.json'};

export const readJournal = (base: string): Journal | undefined =>
	readState(base, stateFiles.journal, journalSchema);
export const readRecord = (base: string): Record | undefined =>
	readState(base, stateFiles.record, record);

export function readState<Schema extends z.ZodType>(
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

export const writeJournal = (base: string, value: Journal): void =>
	writeState(base, stateFiles.journal, value);
export const writeRecord = (base: string, value: Record): void =>
	writeState(base, stateFiles.record, value);

function writeState(base: string, name: string, value: Journal | Record): void {
	const path = join(base, stateFolder, name);
	rmSync(`${path}.new`, {force: true});
	stageState(`${path}.new`, value);
	renameSync(`${path}.new`, path);
	flush(dirname(path));
}

export function stageState(path: string, value: Journal | Record): void {
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
