import {lstatSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {isOurs} from '../../links/ours.js';
import {undoBashrc} from '../../portage/bashrc.js';
import {undoMakeConf} from '../../portage/make-conf.js';
import type {Editor} from '../plan/change.js';
import {decode} from '../plan/make-conf-plan.js';
import {undoLines} from '../plan/marked-lines.js';
import type {Place} from '../plan/tree.js';
import type {OnStep} from './apply.js';
import {recover} from './recover.js';
import {type Entry, type Record, readRecord} from './state.js';
import {closeRecord} from './state-folder.js';
import {type TakenBack, takeBack} from './take-back.js';
import {writeWhole} from './take-step.js';

export interface Undone {
	readonly path: string;
	readonly kind: Entry['kind'];
	/** `ours`: our part of a file that somebody has changed. `changed`: it was left as it is. */
	readonly result: TakenBack | 'ours';
	/** Where what was there before us is kept, if the path was left as it is. */
	readonly kept?: string;
}

/** Takes back all that setup has done to a tree, and leaves what others did since. Interrupted, it goes on where it was. */
export function undoSetup(place: Place, onStep: OnStep = () => {}): readonly Undone[] {
	recover(place);
	const record = readRecord(place.base);
	if (record === undefined) return [];
	const results = inUndoOrder(record).map((entry, index) => {
		onStep(index);
		if (entry.kind === 'folder') removeOtherLinks(place, entry, record.entries);
		return {entry, result: undoEntry(place, entry)};
	});
	const kept = results.flatMap(({entry: {before}, result}) =>
		result === 'changed' && before !== null && 'backup' in before ? [before.backup] : [],
	);
	onStep(results.length);
	const places = closeRecord(place.base, record, kept);
	return results
		.filter(({result}) => result !== 'nothing')
		.map(({entry: {path, kind, before}, result}) => {
			const backup = before !== null && 'backup' in before ? before.backup : undefined;
			const at = backup === undefined ? undefined : places[kept.indexOf(backup)];
			return {path, kind, result, ...(at === undefined ? {} : {kept: at})};
		});
}

/** The last step first; folders when nothing is left in them, inner ones first. */
const inUndoOrder = ({entries}: Record): readonly Entry[] =>
	entries.toReversed().toSorted((a, b) => depth(a) - depth(b));

const depth = ({kind, path}: Entry): number =>
	kind === 'folder' ? -path.length : Number.MIN_SAFE_INTEGER;

/** In a folder that we made for links: those that were added to it later. */
function removeOtherLinks(place: Place, {path: folder}: Entry, entries: readonly Entry[]): void {
	const program = entries.find(
		({kind, path}) => kind === 'link' && dirname(path) === folder,
	)?.program;
	const path = join(place.base, folder);
	if (program === undefined || statSync(path, {throwIfNoEntry: false}) === undefined) return;
	for (const name of readdirSync(path)) {
		if (isOurs(join(path, name), join(place.base, program))) rmSync(join(path, name));
	}
}

function undoEntry(place: Place, entry: Entry): Undone['result'] {
	const result = entry.edited ? 'changed' : takeBack(place, entry);
	if (result !== 'changed' || entry.kind !== 'file') return result;
	return takeOursOut(place, entry);
}

function takeOursOut(place: Place, {path: name, editor, before}: Entry): Undone['result'] {
	const path = join(place.base, name);
	if (lstatSync(path, {throwIfNoEntry: false}) === undefined) return 'nothing';
	const bytes = readFileSync(path);
	const without = withoutOurs(bytes, editor);
	if (without === undefined) return 'changed';
	if (without.length === 0 && before === null) rmSync(path);
	else if (without.equals(bytes)) return 'nothing';
	else writeWhole(place, path, without, statSync(path));
	return 'ours';
}

function withoutOurs(bytes: Buffer, editor: Editor): Buffer | undefined {
	if (editor === 'none') return undefined;
	if (editor === 'lines') return undoLines(bytes);
	const {text, encoding} = decode(bytes);
	const edit = editor === 'make-conf' ? undoMakeConf(text) : undoBashrc(text);
	return 'text' in edit ? Buffer.from(edit.text, encoding) : undefined;
}
