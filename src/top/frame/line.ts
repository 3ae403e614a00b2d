import {styleText} from 'node:util';
import {cut, widthOf} from './cells.js';
import type {Glyphs} from './glyphs.js';

export interface Look {
	readonly isColoured: boolean;
	readonly glyphs: Glyphs;
}

/** What a part of a line means. */
export type Tone = 'heading' | 'name' | 'dim' | 'good' | 'warning' | 'bad' | 'accent' | 'key';

export interface Span {
	readonly text: string;
	readonly tone?: Tone | undefined;
}

/** Parts one after the other. */
export type Line = readonly Span[];

const styles: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
	heading: 'bold',
	name: 'bold',
	dim: 'dim',
	good: 'green',
	warning: 'yellow',
	bad: 'red',
	accent: 'cyan',
	key: 'inverse',
};

export const plain = (text: string): Span => ({text});
export const span = (text: string, tone: Tone | undefined): Span => ({text, tone});

export const lineWidth = (line: Line): number =>
	line.reduce((sum, {text}) => sum + widthOf(text), 0);

/** As a terminal takes it, no wider than that; undefined: as wide as it is. */
export function drawn(line: Line, width: number | undefined, look: Look): string {
	let left = width ?? Number.POSITIVE_INFINITY;
	let text = '';
	for (const part of line) {
		if (left <= 0) break;
		const fitting = cut(part.text, left, look.glyphs);
		// What is cut off ends the line, be there a column left or not.
		left = fitting === part.text ? left - widthOf(fitting) : 0;
		text +=
			look.isColoured && part.tone !== undefined
				? styleText(styles[part.tone], fitting, {validateStream: false})
				: fitting;
	}
	return look.isColoured ? text : text.trimEnd();
}

/** Both at their ends of the line; the second one is left out where there is no room. */
export function apart(left: Line, right: Line, width: number | undefined): Line {
	if (width === undefined) return [...left, plain('  '), ...right];
	const room = width - lineWidth(left) - lineWidth(right);
	return room < 2 ? left : [...left, plain(' '.repeat(room)), ...right];
}
