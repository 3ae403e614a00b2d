import {styleText} from 'node:util';

type Style = Parameters<typeof styleText>[0];

export interface Column<Row> {
	readonly title: string;
	readonly side: 'left' | 'right';
	readonly cell: (row: Row) => string;
	readonly style?: (row: Row) => Style | undefined;
	/** Which end goes when there is no room. One column alone has this. */
	readonly cut?: 'start' | 'end';
}

export interface TableLook {
	/** Columns of the terminal; undefined: as wide as it comes. */
	readonly width: number | undefined;
	readonly isColoured: boolean;
}

const gap = '  ';
const leastCut = 12;

/** A line for the titles and one for each row. */
export function textTable<Row>(
	columns: readonly Column<Row>[],
	rows: readonly Row[],
	look: TableLook,
): string {
	const paint = (style: Style | undefined, text: string) =>
		look.isColoured && style !== undefined ? styleText(style, text, {validateStream: false}) : text;
	const cells = rows.map(row => columns.map(({cell}) => cell(row)));
	const widths = columns.map(({title}, at) =>
		Math.max(title.length, ...cells.map(line => line[at]?.length ?? 0)),
	);
	const whole = widths.reduce((sum, width) => sum + width + gap.length, -gap.length);
	const over = look.width === undefined ? 0 : Math.max(0, whole - look.width);
	const cutAt = columns.findIndex(({cut}) => cut !== undefined);
	if (over > 0 && cutAt >= 0) widths[cutAt] = Math.max(leastCut, (widths[cutAt] ?? 0) - over);
	const place = (text: string, at: number) => {
		const {side, cut} = columns[at] as Column<Row>;
		const width = widths[at] ?? 0;
		const fitting = cut === undefined ? text : shortened(text, width, cut);
		return side === 'left' ? fitting.padEnd(width) : fitting.padStart(width);
	};
	const line = (texts: readonly string[], styles: readonly (Style | undefined)[]) =>
		texts.map((text, at) => paint(styles[at], place(text, at))).join(gap);
	const titles = columns.map(({title}) => title);
	return [
		line(
			titles,
			titles.map(() => 'bold' as const),
		),
		...rows.map((row, index) =>
			line(
				cells[index] ?? [],
				columns.map(({style}) => style?.(row)),
			),
		),
	]
		.map(text => `${text.trimEnd()}\n`)
		.join('');
}

function shortened(text: string, width: number, cut: 'start' | 'end'): string {
	if (text.length <= width) return text;
	return cut === 'end' ? `${text.slice(0, width - 1)}…` : `…${text.slice(1 - width)}`;
}
