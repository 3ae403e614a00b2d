import stringWidth from 'string-width';
import type {Glyphs} from './glyphs.js';

/** Texts as columns of a terminal see them: some letters take two, others none. */

export const widthOf = (text: string): number => (isPlain(text) ? text.length : stringWidth(text));

/** Names come from other hosts, and from whoever builds: nothing in them is to be obeyed by a terminal. */
export function shown(text: string, {isUnicode}: Glyphs): string {
	if (isPlain(text)) return text;
	return isUnicode
		? text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?')
		: text.replace(/[^ -~]/gu, '?');
}

/** No wider than that. */
export function cut(text: string, width: number, {ellipsis}: Glyphs): string {
	if (width <= 0) return '';
	if (widthOf(text) <= width) return text;
	let kept = '';
	let left = width - widthOf(ellipsis);
	for (const letter of isPlain(text) ? text : letters(text)) {
		left -= widthOf(letter);
		if (left < 0) break;
		kept += letter;
	}
	return `${kept}${ellipsis}`;
}

export function padded(text: string, width: number, side: 'left' | 'right'): string {
	const space = ' '.repeat(Math.max(0, width - widthOf(text)));
	return side === 'left' ? `${text}${space}` : `${space}${text}`;
}

const isPlain = (text: string): boolean => /^[ -~]*$/.test(text);

const segmenter = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

const letters = (text: string): readonly string[] =>
	[...segmenter.segment(text)].map(({segment}) => segment);
