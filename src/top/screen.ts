import type {Size} from './frame/frame.js';

/** The terminal that is written to. */
export interface Output {
	readonly columns?: number | undefined;
	readonly rows?: number | undefined;
	write(text: string): unknown;
}

/** ECMA-48 and xterm's control sequences ("XTerm Control Sequences"; synchronized output: mode 2026). */
const control = {
	enter: '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[H\u001b[2J',
	// The Linux console has no other screen: there the shell goes on below.
	leave: '\u001b[0m\u001b[?7h\u001b[?25h\u001b[999;1H\u001b[K\u001b[?1049l',
	begin: '\u001b[?2026h',
	end: '\u001b[?2026l',
	clear: '\u001b[0m\u001b[H\u001b[2J',
	clearRest: '\u001b[K',
	at: (row: number) => `\u001b[${row};1H`,
};

const usual: Size = {columns: 80, rows: 24};

/** The alternate screen of a terminal: drawn over, never scrolled, and gone without a trace. */
export class Screen {
	readonly #output: Output;
	#isOn = false;
	/** As it is on the screen; undefined: not known. */
	#drawn: {readonly lines: readonly string[]; readonly size: Size} | undefined;

	constructor(output: Output) {
		this.#output = output;
	}

	get size(): Size {
		const {columns, rows} = this.#output;
		return {columns: columns || usual.columns, rows: rows || usual.rows};
	}

	enter(): void {
		if (this.#isOn) return;
		this.#isOn = true;
		this.forget();
		this.#output.write(control.enter);
	}

	leave(): void {
		if (!this.#isOn) return;
		this.#isOn = false;
		this.#output.write(control.leave);
	}

	/** The next frame is drawn as a whole: something else may have written there. */
	forget(): void {
		this.#drawn = undefined;
	}

	/** Writes what has changed since the last frame, in one piece. */
	draw(lines: readonly string[], size: Size): void {
		if (!this.#isOn) return;
		const {columns, rows} = size;
		const known = this.#drawn?.size;
		const isSame = known?.columns === columns && known.rows === rows;
		const before = isSame ? (this.#drawn?.lines ?? []) : [];
		const changed = lines.flatMap((line, row) =>
			isSame && before[row] === line
				? []
				: // Cleared before it is written: behind the last column there is nothing to clear.
					[`${control.at(row + 1)}${isSame ? control.clearRest : ''}${line}`],
		);
		this.#drawn = {lines, size};
		if (changed.length === 0) return;
		this.#output.write(
			[control.begin, ...(isSame ? [] : [control.clear]), ...changed, control.end].join(''),
		);
	}
}
