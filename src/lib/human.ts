/** Figures as people read them. */

const units = [
	[24 * 60 * 60, 'd'],
	[60 * 60, 'h'],
	[60, 'min'],
	[1, 's'],
] as const;

/** The two largest units: `4 min 10 s`, `850 ms`. */
export function duration(ms: number): string {
	if (ms < 0.5) return '0 s';
	if (ms < 999.5) return `${Math.round(ms)} ms`;
	if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
	const seconds = Math.round(ms / 1000);
	const at = units.findIndex(([size]) => seconds >= size);
	const [size, name] = units[at] ?? units[3];
	const [smaller, smallerName] = units[at + 1] ?? [0, ''];
	const rest = smaller === 0 ? 0 : Math.floor((seconds % size) / smaller);
	const first = `${Math.floor(seconds / size)} ${name}`;
	return rest === 0 ? first : `${first} ${rest} ${smallerName}`;
}

/** The same in at most seven columns: `4m10s`, `850ms`. */
export const shortDuration = (ms: number): string =>
	duration(ms).replaceAll(' ', '').replace('min', 'm');

const sizeUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Three digits: `1.25 GiB`. */
export function size(bytes: number): string {
	let value = bytes;
	let unit = 0;
	while (value >= 999.5 && unit < sizeUnits.length - 1) {
		value /= 1024;
		unit++;
	}
	const digits = unit === 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
	return `${value.toFixed(digits)} ${sizeUnits[unit]}`;
}

export const count = (value: number): string => value.toLocaleString('en-US');

export const counted = (value: number, noun: string): string =>
	`${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** Of a share of 1. Never 100 % or 0 % of what is not quite all or nothing. */
export function percent(share: number | undefined): string {
	if (share === undefined) return '-';
	const whole = Math.round(share * 100);
	if (whole === 100 && share < 1) return '99 %';
	if (whole === 0 && share > 0) return '<1 %';
	return `${whole} %`;
}

/** In local time: `2026-01-31 14:05`. */
export function minute(ms: number): string {
	const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
	return date.toISOString().slice(0, 16).replace('T', ' ');
}
