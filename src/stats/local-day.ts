const dayMs = 24 * 60 * 60 * 1000;
const minuteMs = 60_000;

/** The day of a moment where this host is: days since 1970-01-01. */
export function localDay(atMs: number): number {
	return Math.floor((atMs - new Date(atMs).getTimezoneOffset() * minuteMs) / dayMs);
}

/** When it begins, milliseconds since the epoch. */
export function dayStartMs(day: number): number {
	const utc = new Date(day * dayMs);
	return new Date(utc.getUTCFullYear(), utc.getUTCMonth(), utc.getUTCDate()).getTime();
}

/** YYYY-MM-DD */
export function dayName(day: number): string {
	return new Date(day * dayMs).toISOString().slice(0, 10);
}
