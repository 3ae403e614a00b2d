const unitsMs: Readonly<Record<string, number>> = {
	m: 60_000,
	h: 60 * 60_000,
	d: 24 * 60 * 60_000,
	w: 7 * 24 * 60 * 60_000,
};

/**
 * When something began, milliseconds since the epoch: `30m`, `12h`, `7d`, `2w` ago, `today`, `yesterday`, `2026-01-31`, also with
 * a time of the day, all where this host is, or `@` and seconds since the epoch. Undefined: it is none of these.
 */
export function parseSince(text: string, nowMs: number): number | undefined {
	const [, number, unit = ''] = /^(\d+)([mhdw])$/.exec(text) ?? [];
	if (number !== undefined) return nowMs - Number(number) * (unitsMs[unit] ?? 0);
	const [, seconds] = /^@(\d+(?:\.\d+)?)$/.exec(text) ?? [];
	if (seconds !== undefined) return Number(seconds) * 1000;
	if (text === 'today') return midnight(nowMs, 0);
	if (text === 'yesterday') return midnight(nowMs, -1);
	const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
	if (parts === null) return undefined;
	const [year, month, day, hour, min, sec] = parts.slice(1).map(part => Number(part ?? 0)) as [
		number,
		number,
		number,
		number,
		number,
		number,
	];
	const date = new Date(year, month - 1, day, hour, min, sec);
	const isThatDay = date.getMonth() === month - 1 && date.getDate() === day;
	return isThatDay && hour < 24 && min < 60 && sec < 60 ? date.getTime() : undefined;
}

function midnight(nowMs: number, days: number): number {
	const now = new Date(nowMs);
	return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days).getTime();
}
