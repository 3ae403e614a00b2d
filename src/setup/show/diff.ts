const context = 3;

interface Line {
	readonly sign: ' ' | '-' | '+';
	readonly text: string;
}

/** A unified diff of a file; `shown` says how a line is printed. Empty for equal texts. */
export function unifiedDiff(
	path: string,
	before: string | undefined,
	after: string | undefined,
	shown: (line: string) => string = line => line,
): string {
	const lines = compare(split(before ?? ''), split(after ?? ''));
	const hunks = hunksOf(lines);
	if (hunks.length === 0 && before !== undefined && after !== undefined) return '';
	const head = [
		`--- ${before === undefined ? '/dev/null' : path}`,
		`+++ ${after === undefined ? '/dev/null' : path}`,
	];
	const body = hunks.flatMap(({start, stop}) => [
		position(lines, start, stop),
		...lines.slice(start, stop).map(({sign, text}) => printed(sign, text, shown)),
	]);
	return `${[...head, ...body].join('\n')}\n`;
}

/** With their ends: a line without one is another. */
const split = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function printed(sign: string, text: string, shown: (line: string) => string): string {
	const whole = text.endsWith('\n');
	const line = `${sign}${shown(whole ? text.slice(0, -1) : text)}`;
	return whole ? line : `${line}\n\\ No newline at end of file`;
}

/** Longest common subsequence between what both have at the start and at the end. */
function compare(before: readonly string[], after: readonly string[]): readonly Line[] {
	let head = 0;
	while (head < before.length && head < after.length && before[head] === after[head]) head++;
	let tail = 0;
	while (
		tail < Math.min(before.length, after.length) - head &&
		before.at(-1 - tail) === after.at(-1 - tail)
	) {
		tail++;
	}
	const same = (text: string): Line => ({sign: ' ', text});
	return [
		...before.slice(0, head).map(same),
		...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
		...before.slice(before.length - tail).map(same),
	];
}

function middle(before: readonly string[], after: readonly string[]): readonly Line[] {
	const lengths = Array.from({length: before.length + 1}, () =>
		new Array<number>(after.length + 1).fill(0),
	);
	const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
	for (let i = before.length - 1; i >= 0; i--) {
		for (let j = after.length - 1; j >= 0; j--) {
			const row = lengths[i] as number[];
			row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
		}
	}
	const lines: Line[] = [];
	let i = 0;
	let j = 0;
	while (i < before.length || j < after.length) {
		if (i < before.length && j < after.length && before[i] === after[j]) {
			lines.push({sign: ' ', text: before[i++] as string});
			j++;
		} else if (i < before.length && (j === after.length || at(i + 1, j) >= at(i, j + 1))) {
			lines.push({sign: '-', text: before[i++] as string});
		} else {
			lines.push({sign: '+', text: after[j++] as string});
		}
	}
	return lines;
}

function hunksOf(lines: readonly Line[]): readonly {start: number; stop: number}[] {
	const hunks: {start: number; stop: number}[] = [];
	for (const [index, {sign}] of lines.entries()) {
		if (sign === ' ') continue;
		const last = hunks.at(-1);
		const start = Math.max(0, index - context);
		const stop = Math.min(lines.length, index + context + 1);
		if (last !== undefined && start <= last.stop) last.stop = stop;
		else hunks.push({start, stop});
	}
	return hunks;
}

function position(lines: readonly Line[], start: number, stop: number): string {
	const count = (from: number, to: number, sign: '-' | '+') =>
		lines.slice(from, to).filter(line => line.sign === ' ' || line.sign === sign).length;
	const range = (sign: '-' | '+') => {
		const size = count(start, stop, sign);
		const before = count(0, start, sign);
		return `${size === 0 ? before : before + 1},${size}`;
	};
	return `@@ -${range('-')} +${range('+')} @@`;
}
