import {
	append,
	blockText,
	findBlock,
	lineEndOf,
	withoutAddition,
} from '../../portage/marked-block.js';

/** A shell file with these lines in a block of ours at its end; without lines there is no block. Undefined: the marks are damaged. */
export function applyLines(bytes: Buffer, lines: readonly string[]): Buffer | undefined {
	const undone = undoLines(bytes);
	if (undone === undefined || lines.length === 0) return undone;
	const text = undone.toString('latin1');
	return Buffer.from(append(text, blockText(lines, lineEndOf(text))), 'latin1');
}

/** The file without our block. */
export function undoLines(bytes: Buffer): Buffer | undefined {
	const text = bytes.toString('latin1');
	const found = findBlock(text);
	if (found.kind === 'damaged') return undefined;
	if (found.kind === 'none') return bytes;
	const block = text.slice(found.before.length, text.length - found.after.length);
	return Buffer.from(withoutAddition(found.before, block, found.after), 'latin1');
}
