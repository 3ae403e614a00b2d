import type {Glyphs} from './glyphs.js';
import {type Line, span, type Tone} from './line.js';

/** Part of a whole: anything that is there is seen, and only what is full looks full. */
export function bar(part: number, whole: number, width: number, glyphs: Glyphs): Line {
	const share = whole === 0 ? 0 : Math.min(1, part / whole);
	const exact = share * width;
	const full =
		share === 1 ? width : Math.max(part > 0 ? 1 : 0, Math.min(width - 1, Math.round(exact)));
	const tone: Tone = share >= 1 ? 'warning' : 'good';
	return [
		span(glyphs.full.repeat(full), tone),
		span(glyphs.empty.repeat(Math.max(0, width - full)), 'dim'),
	];
}

/** Shares of 1 over time; undefined: nothing was. */
export function sparkline(shares: readonly (number | undefined)[], {levels, none}: Glyphs): string {
	return shares
		.map(share =>
			share === undefined
				? none
				: (levels[Math.round(Math.min(1, Math.max(0, share)) * (levels.length - 1))] ?? none),
		)
		.join('');
}
