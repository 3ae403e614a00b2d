const whole = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
const tenths = new Intl.NumberFormat('en', {maximumFractionDigits: 1});

export function count(value: number): string {
	return whole.format(value);
}

/** `3 jobs`, `1 job`. */
export function counted(value: number, one: string, many = `${one}s`): string {
	return `${count(value)} ${value === 1 ? one : many}`;
}

export function decimal(value: number): string {
	return tenths.format(value);
}

/** Two units at most: `4 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function duration(ms: number): string {
	if (ms < 1000) return `${Math.round(Math.max(0, ms))} ms`;
	const seconds = Math.floor(ms / 1000);
	if (seconds < 60) return `${seconds} s`;
	if (seconds < 3600) return two(Math.floor(seconds / 60), 'min', seconds % 60, 's');
	const minutes = Math.floor(seconds / 60);
	if (minutes < 24 * 60) return two(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
	const hours = Math.floor(minutes / 60);
	return two(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** Where there is little room, and nobody counts seconds: `18 min`, `3.2 h`. */
export function roughDuration(ms: number): string {
	if (ms < 1000) return `${Math.round(ms)} ms`;
	if (ms < 60_000) return `${count(ms / 1000)} s`;
	if (ms < 3 * 3_600_000) return `${count(ms / 60_000)} min`;
	return ms < 72 * 3_600_000 ? `${decimal(ms / 3_600_000)} h` : `${decimal(ms / 86_400_000)} d`;
}

/** An age that is looked at while it grows: whole seconds. */
export function age(ms: number): string {
	return ms < 1000 ? '< 1 s' : duration(ms);
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
	return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

const sizes = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `41 of 128 GB`. */
export function partOf(partBytes: number, wholeBytes: number): string {
	let divisor = 1;
	let unit = 0;
	while (wholeBytes / divisor >= 1000 && unit < sizes.length - 1) {
		divisor *= 1000;
		unit++;
	}
	const short = (bytes: number) =>
		bytes / divisor < 10 ? decimal(bytes / divisor) : count(bytes / divisor);
	return `${short(partBytes)} of ${short(wholeBytes)} ${sizes[unit]}`;
}

export function percent(share: number | undefined): string {
	return share === undefined ? '–' : `${count(share * 100)} %`;
}
