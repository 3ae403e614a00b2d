const begin = '# >>> sccache-gentoo >>>';
const end = '# <<< sccache-gentoo <<<';
const note = '# Written by sccache-gentoo. Changes between these marks get lost.';

/** Where our block stands in a text. */
export type Found =
	| {readonly kind: 'none'}
	| {readonly kind: 'block'; readonly before: string; readonly after: string}
	| {readonly kind: 'damaged'; readonly reason: string};

interface Mark {
	readonly text: string;
	readonly start: number;
	readonly stop: number;
	readonly line: number;
}

/** Finds the block: `before` and `after` it are all else, byte for byte. */
export function findBlock(text: string): Found {
	const marks = findMarks(text);
	const [first, last, extra] = marks;
	if (first === undefined) return {kind: 'none'};
	if (extra !== undefined) return damaged(extra, 'is one mark too many');
	if (first.text !== begin) return damaged(first, 'ends a block that does not begin');
	if (last === undefined) return damaged(first, 'begins a block that does not end');
	if (last.text !== end) return damaged(last, 'begins a second block in the first');
	return {kind: 'block', before: text.slice(0, first.start), after: text.slice(last.stop)};
}

function findMarks(text: string): readonly Mark[] {
	const marks: Mark[] = [];
	let line = 0;
	for (const match of text.matchAll(/([^\r\n]*)(\r\n|\r|\n|$)/g)) {
		const [whole, content = ''] = match;
		line++;
		if (content !== begin && content !== end) continue;
		marks.push({text: content, start: match.index, stop: match.index + whole.length, line});
	}
	return marks;
}

function damaged({text, line}: Mark, what: string): Found {
	return {kind: 'damaged', reason: `line ${line} (${text}) ${what}`};
}

/** The block's lines without the end of the last one. */
export function blockText(lines: readonly string[], lineEnd: string): string {
	return [begin, note, ...lines, end].join(lineEnd);
}

/** The line end that a text uses: that of its first line. */
export function lineEndOf(text: string): '\r\n' | '\n' {
	return /\r\n?|\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n';
}

/** A text that does not end in a line end still does not with `addition` at its end, so that the addition can be taken away without a trace. */
export function append(text: string, addition: string): string {
	const lineEnd = lineEndOf(text);
	return isWhole(text) ? `${text}${addition}${lineEnd}` : `${text}${lineEnd}${addition}`;
}

/** What `append` made, undone: what was there before an addition, and what came after it. */
export function withoutAddition(before: string, addition: string, after: string): string {
	if (after === '' && !isWhole(addition)) return before.replace(/(?:\r\n|\r|\n)$/, '');
	return before + after;
}

const isWhole = (text: string): boolean => text === '' || /[\r\n]$/.test(text);
