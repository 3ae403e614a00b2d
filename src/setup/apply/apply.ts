import {randomBytes} from 'node:crypto';
import {lstatSync, readFileSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import {stageFile} from '../../lib/atomic-file.js';
import {AppError} from '../../lib/errors.js';
import type {Change, Plan} from '../plan/change.js';
import type {Place} from '../plan/tree.js';
import {mergeCommands, mergeEntries} from './merge.js';
import {recover} from './recover.js';
import {sha256} from './sha256.js';
import {
	type Entry,
	flush,
	type Journal,
	readRecord,
	stateFolder,
	writeJournal,
	writeRecord,
} from './state.js';
import {claimJournal, closeJournal, makeStateFolder} from './state-folder.js';
import {takeBack} from './take-back.js';
import {stepsOf} from './take-step.js';
import {thisProcess} from './this-process.js';

/** Told before each step, when what was done is about to be noted, and when it is. */
export type OnStep = (index: number) => void;

/**
 * Takes all steps of a plan or none: a step that fails takes those before it back, and what a killed process has left is taken back by
 * the next run. The commands are noted as still to be run. Throws SETUP_FAILED.
 */
export function applyPlan(
	place: Place,
	plan: Pick<Plan, 'changes' | 'commands' | 'undoCommands' | 'afterUndo'>,
	onStep: OnStep = () => {},
): void {
	recover(place);
	if (plan.changes.length === 0) return;
	const {journal, changes} = tryToBegin(place.base, plan.changes);
	const steps = stepsOf(place, changes);
	try {
		for (const [index, step] of steps.entries()) {
			onStep(index);
			step();
		}
		onStep(steps.length);
		writeRecord(place.base, recordOf(place.base, journal, plan));
	} catch (error) {
		takeAllBack(place, journal, error);
		throw failed('a step failed, and all was put back', error);
	}
	onStep(steps.length + 1);
	closeJournal(place.base, []);
}

function recordOf(
	base: string,
	{transaction, entries, folders}: Journal,
	plan: Pick<Plan, 'commands' | 'undoCommands' | 'afterUndo'>,
) {
	const done = readRecord(base);
	return {
		version: 1 as const,
		transaction,
		entries: mergeEntries(base, done?.entries ?? [], entries),
		folders: [...(done?.folders ?? []), ...folders],
		pending: plan.commands.map(argv => [...argv]),
		undoCommands: mergeCommands(done?.undoCommands ?? [], plan.undoCommands),
		afterUndo: mergeCommands(done?.afterUndo ?? [], plan.afterUndo),
	};
}

function takeAllBack(place: Place, {entries, folders}: Journal, cause: unknown): void {
	try {
		for (const entry of entries.toReversed()) takeBack(place, entry);
		closeJournal(place.base, folders);
	} catch (error) {
		const message = `a step failed (${messageOf(cause)}), and not all could be put back (${messageOf(error)})`;
		const hint = 'mend the cause, and run setup undo: it goes on putting things back';
		throw new AppError('SETUP_FAILED', message, {hint, cause: error});
	}
}

function tryToBegin(base: string, planned: readonly Change[]): ReturnType<typeof begin> {
	try {
		return begin(base, planned);
	} catch (error) {
		throw failed('nothing was begun', error);
	}
}

/** From its journal on, an interrupted run is known: first that there is one, then its way back. */
function begin(
	base: string,
	planned: readonly Change[],
): {readonly journal: Journal; readonly changes: readonly Change[]} {
	const transaction = randomBytes(8).toString('hex');
	const folders = makeStateFolder(base);
	const begun: Journal = {version: 1, transaction, process: thisProcess(), entries: [], folders};
	claimJournal(base, begun);
	try {
		// In an almost empty tree, our own folder has made some of those that the plan asks for.
		const changes = planned.filter(({kind, path}) => kind !== 'folder' || !folders.includes(path));
		const entries = changes.map((change, index) =>
			entryOf(base, change, `${transaction}-${index}`),
		);
		const journal = {...begun, entries};
		writeJournal(base, journal);
		return {journal, changes};
	} catch (error) {
		forget(base, folders);
		throw error;
	}
}

/** As far as that can be done: the next run does the rest. */
function forget(base: string, folders: readonly string[]): void {
	try {
		closeJournal(base, folders);
	} catch {}
}

function failed(what: string, error: unknown): AppError {
	return new AppError('SETUP_FAILED', `${what}: ${messageOf(error)}`, {cause: error});
}

const messageOf = (error: unknown): string =>
	error instanceof Error ? error.message : String(error);

function entryOf(base: string, change: Change, backup: string): Entry {
	const path = join(base, change.path);
	const found = lstatSync(path, {throwIfNoEntry: false});
	const entry = {
		kind: change.kind,
		path: change.path,
		after: change.kind === 'file' ? sha256(change.after) : '',
		editor: change.kind === 'file' ? change.editor : ('none' as const),
		edited: false,
		program: change.kind === 'link' ? change.program : '',
	};
	if (found === undefined && (change.kind !== 'file' || change.before === undefined)) {
		return {...entry, before: null};
	}
	if (change.kind === 'link' && found?.isSymbolicLink()) {
		return {...entry, before: {symlink: readlinkSync(path)}};
	}
	const bytes = found?.isFile() === true ? readFileSync(path) : undefined;
	if (found === undefined || bytes === undefined || !isAsPlanned(change, bytes)) {
		throw new Error(`${change.path} has changed meanwhile`);
	}
	const copy = join(base, stateFolder, backup);
	stageFile(copy, [bytes], 0o600);
	flush(copy);
	const {mode, uid, gid} = found;
	return {...entry, before: {backup, mode: mode & 0o7777, uid, gid}};
}

function isAsPlanned(change: Change, bytes: Buffer): boolean {
	if (change.kind === 'file') return change.before?.equals(bytes) === true;
	return change.kind === 'link';
}
