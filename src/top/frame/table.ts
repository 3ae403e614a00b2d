import {cut, padded, widthOf} from './cells.js';
import {type Line, type Look, plain, span} from './line.js';

export interface Column<Row> {
	readonly title: string;
	readonly side: 'left' | 'right';
	/** One part a cell; a chart may have more, all of one width. */
	readonly cell: (row: Row) => Line;
	/** The first to go where there is no room; undefined: stays. */
	readonly leaves?: number;
	/** Shrinks to this, where there is no room. */
	readonly least?: number;
}

const gap = '  ';

/** A heading and a line a row. `width` undefined: as wide as it comes. */
export function table<Row>(
	columns: readonly Column<Row>[],
	rows: readonly Row[],
	{width, look}: {readonly width: number | undefined; readonly look: Look},
): readonly Line[] {
	const cells = new Map(columns.map(column => [column, rows.map(row => column.cell(row))]));
	const natural = new Map(
		columns.map(column => [
			column,
			Math.max(widthOf(column.title), ...(cells.get(column) ?? []).map(cellWidth)),
		]),
	);
	const kept = fitting(columns, natural, width);
	const widths = shrunk(kept, natural, width);
	const line = (cell: (column: Column<Row>) => Line): Line =>
		kept.flatMap((column, at) => [
			...(at === 0 ? [] : [plain(gap)]),
			...placed(
				cell(column),
				widths.get(column) ?? 0,
				at < kept.length - 1 ? column.side : 'end',
				look,
			),
		]);
	return [
		line(({title}) => [span(title, 'dim')]),
		...rows.map((_, index) => line(column => cells.get(column)?.[index] ?? [])),
	];
}

const cellWidth = (cell: Line): number => cell.reduce((sum, {text}) => sum + widthOf(text), 0);

type Widths<Row> = ReadonlyMap<Column<Row>, number>;

const whole = <Row>(columns: readonly Column<Row>[], width: (column: Column<Row>) => number) =>
	columns.reduce((sum, column) => sum + width(column) + gap.length, -gap.length);

/** Those that there is room for, when all have shrunk that can. */
function fitting<Row>(
	columns: readonly Column<Row>[],
	natural: Widths<Row>,
	width: number | undefined,
): readonly Column<Row>[] {
	if (width === undefined) return columns;
	const leastOf = (column: Column<Row>) =>
		Math.min(column.least ?? Number.POSITIVE_INFINITY, natural.get(column) ?? 0);
	let kept = columns;
	while (whole(kept, leastOf) > width) {
		const leaving = kept
			.filter(({leaves}) => leaves !== undefined)
			.toSorted((one, other) => (one.leaves ?? 0) - (other.leaves ?? 0))[0];
		if (leaving === undefined) break;
		kept = kept.filter(column => column !== leaving);
	}
	return kept;
}

/** The widest that may gives up a column, until it fits. */
function shrunk<Row>(
	kept: readonly Column<Row>[],
	natural: Widths<Row>,
	width: number | undefined,
): Widths<Row> {
	const widths = new Map(kept.map(column => [column, natural.get(column) ?? 0]));
	const widthIn = (column: Column<Row>) => widths.get(column) ?? 0;
	const over = width === undefined ? 0 : whole(kept, widthIn) - width;
	for (let given = 0; given < over; given++) {
		const [widest] = kept
			.filter(column => column.least !== undefined && widthIn(column) > column.least)
			.toSorted((one, other) => widthIn(other) - widthIn(one));
		if (widest === undefined) break;
		widths.set(widest, widthIn(widest) - 1);
	}
	return widths;
}

/** 'end': nothing stands behind it. */
function placed(cell: Line, width: number, side: 'left' | 'right' | 'end', {glyphs}: Look): Line {
	const [first] = cell;
	if (cell.length > 1 || first === undefined) {
		return [...cell, plain(' '.repeat(Math.max(0, width - cellWidth(cell))))];
	}
	const text = cut(first.text, width, glyphs);
	return [{text: side === 'end' ? text : padded(text, width, side), tone: first.tone}];
}
