import type {LiveHistory, LiveSums} from '../../protocol/live.js';
import {hitShare, sumOf} from './sums.js';

export interface Choice {
	readonly span: SpanName;
	/** Empty: all. */
	readonly host: string;
	/** undefined: all; empty: outside Portage. */
	readonly package: string | undefined;
}

export const spans = {
	'2 days': {step: 'hour', steps: 48},
	'2 weeks': {step: 'hour', steps: 14 * 24},
	'3 months': {step: 'day', steps: 90},
} as const;
export type SpanName = keyof typeof spans;

export interface Series {
	readonly step: 'hour' | 'day';
	/** Seconds since the epoch, of the beginning of each step. */
	readonly times: readonly number[];
	readonly sums: readonly LiveSums[];
	/** Of all steps. */
	readonly total: LiveSums;
}

const stepMs = {hour: 3_600_000, day: 86_400_000};

/** A sum for each hour or day up to now, those without compiles among them. What packages did is known by day alone. */
export function seriesOf(history: LiveHistory, choice: Choice, nowMs: number): Series {
	const span = spans[choice.span];
	const step = choice.package === undefined ? span.step : 'day';
	const spanMs = span.steps * stepMs[span.step];
	const steps = Math.round(spanMs / stepMs[step]);
	const last = Math.floor(nowMs / stepMs[step]);
	const first = last - steps + 1;
	const rows = new Map<number, LiveSums[]>();
	for (const [at, row] of chosenRows(history, choice, step)) {
		if (at < first || at > last) continue;
		rows.set(at, [...(rows.get(at) ?? []), row]);
	}
	const sums = Array.from({length: steps}, (_, index) => sumOf(rows.get(first + index) ?? []));
	return {
		step,
		times: sums.map((_, index) => ((first + index) * stepMs[step]) / 1000),
		sums,
		total: sumOf(sums),
	};
}

function* chosenRows(
	{hours, days}: LiveHistory,
	choice: Choice,
	step: 'hour' | 'day',
): Generator<readonly [number, LiveSums]> {
	const isHost = (host: string) => choice.host === '' || choice.host === host;
	if (step === 'hour') {
		for (const row of hours) if (isHost(row.host)) yield [row.hour, row];
		return;
	}
	for (const row of days) {
		const isPackage = choice.package === undefined || choice.package === row.package;
		if (isHost(row.host) && isPackage) yield [row.day, row];
	}
}

/** In percent; null where nothing was compiled. */
export function hitPercents({sums}: Series): (number | null)[] {
	return sums.map(sum => {
		const share = hitShare(sum);
		return share === undefined ? null : share * 100;
	});
}

export function hostsOf({hours, days}: LiveHistory): string[] {
	return [...new Set([...hours, ...days].map(({host}) => host))].sort();
}

/** The one with the most compiles first. */
export function packagesOf({days}: LiveHistory): string[] {
	const compiles = new Map<string, number>();
	for (const row of days) {
		compiles.set(row.package, (compiles.get(row.package) ?? 0) + row.compiles);
	}
	return [...compiles].sort(([, one], [, other]) => other - one).map(([name]) => name);
}
