import {randomBytes} from 'node:crypto';
import {existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {stageFile} from '../../lib/atomic-file.js';
import {AppError, systemCode} from '../../lib/errors.js';
import type {Change, Plan} from '../plan/change.js';
import {recover} from './recover.js';
import {sha256} from './sha256.js';
import {
	type Entry,
	flush,
	type Journal,
	readRecord,
	removeJournal,
	stateFolder,
	writeJournal,
	writeRecord,
} from './state.js';
import {takeBack} from './take-back.js';
import {type Ground, takeStep} from './take-step.js';
import {thisProcess} from './this-process.js';

/** Told before each step, and once more behind the last. */
export type OnStep = (index: number) => void;

/**
 * Takes all steps of a plan or none: a step that fails takes those before it back, and what a killed process has left is taken back by
 * the next run. The commands are noted as still to be run. Throws SETUP_FAILED.
 */
export function applyPlan(
	ground: Ground,
	{changes, commands, undoCommands}: Pick<Plan, 'changes' | 'commands' | 'undoCommands'>,
	onStep: OnStep = () => {},
): void {
	const {base} = ground;
	recover(ground);
	if (changes.length === 0) return;
	const journal = begin(base, changes);
	try {
		for (const [index, change] of changes.entries()) {
			onStep(index);
			takeStep(ground, change);
		}
		onStep(changes.length);
	} catch (error) {
		for (const entry of journal.entries.toReversed()) takeBack(ground, entry);
		removeJournal(base);
		throw failed(error);
	}
	const done = readRecord(base);
	writeRecord(base, {
		version: 1,
		transaction: journal.transaction,
		entries: merge(base, done?.entries ?? [], journal.entries),
		folders: [...(done?.folders ?? []), ...journal.folders],
		pending: commands.map(argv => [...argv]),
		undoCommands: mergeCommands(done?.undoCommands ?? [], undoCommands),
	});
	removeJournal(base);
}

function failed(error: unknown): AppError {
	const message = error instanceof Error ? error.message : String(error);
	return new AppError('SETUP_FAILED', `a step failed, and all was put back: ${message}`, {
		cause: error,
	});
}

/** From here on an interrupted run is known, and its way back. */
function begin(base: string, changes: readonly Change[]): Journal {
	const transaction = randomBytes(8).toString('hex');
	try {
		const folders = makeStateFolder(base);
		const entries = changes.map((change, index) =>
			entryOf(base, change, `${transaction}-${index}`),
		);
		const journal: Journal = {version: 1, transaction, process: thisProcess(), entries, folders};
		writeJournal(base, journal);
		return journal;
	} catch (error) {
		if (error instanceof AppError || systemCode(error) === undefined) throw error;
		throw new AppError('SETUP_FAILED', `nothing was begun: ${(error as Error).message}`, {
			cause: error,
		});
	}
}

/** It holds copies of files with secrets. */
function makeStateFolder(base: string): string[] {
	const missing: string[] = [];
	for (
		let path = stateFolder;
		path !== '/' && !existsSync(join(base, path));
		path = dirname(path)
	) {
		missing.unshift(path);
	}
	for (const path of missing) {
		mkdirSync(join(base, path), {mode: path === stateFolder ? 0o700 : 0o755});
	}
	return missing;
}

function entryOf(base: string, change: Change, backup: string): Entry {
	const path = join(base, change.path);
	const found = lstatSync(path, {throwIfNoEntry: false});
	const common = {kind: change.kind, path: change.path, edited: false};
	const after = change.kind === 'file' ? sha256(change.after) : '';
	const editor = change.kind === 'file' ? change.editor : ('none' as const);
	const program = change.kind === 'link' ? change.program : '';
	if (found === undefined) return {...common, before: null, after, editor, program};
	if (found.isSymbolicLink()) {
		return {...common, before: {symlink: readlinkSync(path)}, after, editor, program};
	}
	if (!found.isFile()) return {...common, before: null, after, editor, program};
	const bytes = readFileSync(path);
	if (change.kind === 'file' && change.before?.equals(bytes) !== true) {
		throw new AppError('SETUP_FAILED', `${change.path} has changed meanwhile: nothing was begun`);
	}
	const copy = join(base, stateFolder, backup);
	stageFile(copy, [bytes], 0o600);
	flush(copy);
	const {mode, uid, gid} = found;
	return {...common, before: {backup, mode: mode & 0o7777, uid, gid}, after, editor, program};
}

/** Of two steps on a path: what was there before the first, and what the second wrote. */
function merge(base: string, old: readonly Entry[], recent: readonly Entry[]): Entry[] {
	const entries = new Map(old.map(entry => [entry.path, entry]));
	for (const entry of recent) {
		const earlier = entries.get(entry.path);
		entries.set(entry.path, earlier === undefined ? entry : joined(base, earlier, entry));
	}
	return [...entries.values()];
}

function joined(base: string, earlier: Entry, later: Entry): Entry {
	if (later.kind !== 'file') return earlier;
	const between =
		later.before !== null && 'backup' in later.before
			? sha256(readFileSync(join(base, stateFolder, later.before.backup)))
			: undefined;
	const edited = earlier.edited || (between !== undefined && between !== earlier.after);
	return {...later, before: earlier.before, edited};
}

function mergeCommands(
	old: readonly (readonly string[])[],
	recent: readonly (readonly string[])[],
): string[][] {
	const all = [...old, ...recent].map(argv => [...argv]);
	return [...new Map(all.map(argv => [argv.join('\0'), argv])).values()];
}
