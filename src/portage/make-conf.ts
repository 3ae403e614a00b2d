import type {MakeConfBlock} from './make-conf-block.js';
import {type ReadSourced, readMakeConf} from './make-conf-read.js';
import {
	append,
	blockText,
	type Found,
	findBlock,
	lineEndOf,
	withoutAddition,
} from './marked-block.js';

export type Edit =
	| {readonly text: string}
	/** The file is to be left alone; why. */
	| {readonly unsafe: string};

/**
 * make.conf with our block at its end, and all else byte for byte. At the end: what the user's lines make of PATH and FEATURES is
 * kept, and none of them can undo ours; ORIGINAL_PATH is then the PATH without us, whatever the user's is.
 *
 * A second application changes nothing; another block replaces ours. `readSourced` follows `source`.
 */
export function applyMakeConf(text: string, block: MakeConfBlock, readSourced?: ReadSourced): Edit {
	const undone = undoMakeConf(text);
	if ('unsafe' in undone) return undone;
	const obstacle = obstacleTo(undone.text, block, readSourced);
	if (obstacle !== undefined) return {unsafe: obstacle};
	const result = append(undone.text, blockText(block.lines, lineEndOf(undone.text)));
	const reading = readMakeConf(result, readSourced);
	return reading.kind === 'refused' ? {unsafe: refusal(reading)} : {text: result};
}

/** make.conf without our block. */
export function undoMakeConf(text: string): Edit {
	return withoutBlock(text, findBlock(text));
}

function withoutBlock(text: string, found: Found): Edit {
	if (found.kind === 'none') return {text};
	if (found.kind === 'damaged') return {unsafe: found.reason};
	// In the middle of a value our marks are not ours.
	const reading = readMakeConf(found.before);
	if (reading.kind === 'refused') return {unsafe: `before our block, ${refusal(reading)}`};
	const block = text.slice(found.before.length, text.length - found.after.length);
	return {text: withoutAddition(found.before, block, found.after)};
}

/** Why the block can't be added to a text without one. */
function obstacleTo(
	text: string,
	{shimFolder}: MakeConfBlock,
	readSourced?: ReadSourced,
): string | undefined {
	const reading = readMakeConf(text, readSourced);
	if (reading.kind === 'refused') return refusal(reading);
	for (const {name, expanded, line} of reading.assignments) {
		if (name === 'ORIGINAL_PATH') return `line ${line} sets ORIGINAL_PATH: take it out first`;
		if (name === 'PATH' && shimFolder !== undefined && expanded.split(':').includes(shimFolder)) {
			return `line ${line} has ${shimFolder} in PATH: take it out first`;
		}
	}
	return undefined;
}

function refusal({line, reason}: {readonly line: number; readonly reason: string}): string {
	return `Portage refuses line ${line}: ${reason}`;
}
