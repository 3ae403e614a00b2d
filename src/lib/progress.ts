/** Says on a terminal how far a long work is; what is said last replaces what was said before. */
export interface Progress {
	show(text: string): void;
	/** Before anything else is printed, and at the end. */
	clear(): void;
}

export interface ProgressStream {
	readonly isTTY?: boolean;
	readonly columns?: number;
	write(text: string): unknown;
}

export const noProgress: Progress = {show: () => {}, clear: () => {}};

const usualColumns = 80;
/** Faster than anybody reads. */
const pauseMs = 80;
const eraseLine = '\r\x1b[K';

/** Nothing where nobody watches: a file, a pipe, a terminal that takes no commands. `now`: milliseconds. */
export function progressOn(
	stream: ProgressStream,
	terminal: string | undefined,
	now: () => number,
): Progress {
	if (stream.isTTY !== true || terminal === 'dumb') return noProgress;
	let shown = '';
	let shownMs = Number.NEGATIVE_INFINITY;
	return {
		show: text => {
			const nowMs = now();
			if (text === shown || (shown !== '' && nowMs - shownMs < pauseMs)) return;
			shown = text;
			shownMs = nowMs;
			// One that is longer than a line could not be taken back.
			stream.write(eraseLine + text.slice(0, (stream.columns || usualColumns) - 1));
		},
		clear: () => {
			if (shown !== '') stream.write(eraseLine);
			shown = '';
		},
	};
}
