import {lstatSync, readFileSync, rmdirSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {systemCode} from '../../lib/errors.js';
import {undoBashrc} from '../../portage/bashrc.js';
import {undoMakeConf} from '../../portage/make-conf.js';
import type {Editor} from '../plan/change.js';
import {decode} from '../plan/make-conf-plan.js';
import {undoLines} from '../plan/marked-lines.js';
import {recover} from './recover.js';
import {type Entry, readRecord, stateFolder} from './state.js';
import {type TakenBack, takeBack} from './take-back.js';
import {type Ground, writeWhole} from './take-step.js';

export interface Undone {
	readonly path: string;
	/** `ours`: our part of a file that somebody has changed. `changed`: it was left as it is. */
	readonly result: TakenBack | 'ours';
}

/** Takes back all that setup has done to a tree, and leaves what others did since. Interrupted, it goes on where it was. */
export function undoSetup(ground: Ground): readonly Undone[] {
	const {base} = ground;
	recover(ground);
	const record = readRecord(base);
	if (record === undefined) return [];
	const results = record.entries
		.toReversed()
		// Folders when nothing is left in them.
		.toSorted((a, b) => Number(a.kind === 'folder') - Number(b.kind === 'folder'))
		.map(entry => ({path: entry.path, result: undoEntry(ground, entry)}));
	const kept = results.some(({result}) => result === 'changed');
	if (!kept) rmSync(join(base, stateFolder), {recursive: true, force: true});
	else rmSync(join(base, stateFolder, 'record.json'));
	for (const folder of record.folders.toReversed()) removeIfEmpty(join(base, folder));
	return results.filter(({result}) => result !== 'nothing');
}

function undoEntry(ground: Ground, entry: Entry): Undone['result'] {
	const result = entry.edited ? 'changed' : takeBack(ground, entry);
	if (result !== 'changed' || entry.kind !== 'file') return result;
	return takeOursOut(ground, entry);
}

function takeOursOut(ground: Ground, {path: name, editor, before}: Entry): Undone['result'] {
	const path = join(ground.base, name);
	if (lstatSync(path, {throwIfNoEntry: false}) === undefined) return 'nothing';
	const bytes = readFileSync(path);
	const without = withoutOurs(bytes, editor);
	if (without === undefined) return 'changed';
	if (without.length === 0 && before === null) rmSync(path);
	else if (without.equals(bytes)) return 'nothing';
	else writeWhole(ground, path, without, statSync(path));
	return 'ours';
}

function withoutOurs(bytes: Buffer, editor: Editor): Buffer | undefined {
	if (editor === 'none') return undefined;
	if (editor === 'lines') return undoLines(bytes);
	const {text, encoding} = decode(bytes);
	const edit = editor === 'make-conf' ? undoMakeConf(text) : undoBashrc(text);
	return 'text' in edit ? Buffer.from(edit.text, encoding) : undefined;
}

function removeIfEmpty(path: string): void {
	try {
		rmdirSync(path);
	} catch (error) {
		if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
	}
}
