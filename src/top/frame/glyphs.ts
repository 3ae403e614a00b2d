/** What bars and charts are drawn with. */
export interface Glyphs {
	readonly full: string;
	readonly empty: string;
	/** From the lowest to the highest. */
	readonly levels: readonly string[];
	/** Nothing to show at that moment. */
	readonly none: string;
	readonly ellipsis: string;
	readonly between: string;
	/** Letters of all scripts can be shown. */
	readonly isUnicode: boolean;
}

/** ascii: a locale without UTF-8; console: the kernel's own, whose fonts have the blocks of code page 437. */
export type GlyphSet = 'unicode' | 'console' | 'ascii';

export const glyphSets: Readonly<Record<GlyphSet, Glyphs>> = {
	unicode: {
		...{full: '█', empty: '░', none: '·', ellipsis: '…', between: ' · ', isUnicode: true},
		levels: [...'▁▂▃▄▅▆▇█'],
	},
	console: {
		...{full: '█', empty: '░', none: '·', ellipsis: '~', between: ' · ', isUnicode: true},
		levels: [...'_░▒▓█'],
	},
	ascii: {
		...{full: '#', empty: '-', none: ' ', ellipsis: '~', between: ', ', isUnicode: false},
		levels: [...'_.-=+*#'],
	},
};
