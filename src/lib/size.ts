import {AppError} from './errors.js';

const suffixes = ['', 'K', 'M', 'G', 'T'];
const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes of "20G", "512M" or "1000": suffixes are powers of 1024. */
export function parseSize(text: string): number {
	const [, digits, suffix = ''] = /^\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*$/i.exec(text) ?? [];
	const bytes = Math.floor(Number(digits) * 1024 ** suffixes.indexOf(suffix.toUpperCase()));
	if (digits === undefined || !Number.isSafeInteger(bytes)) {
		throw new AppError('CONFIG_INVALID', `${JSON.stringify(text)} is not a size`, {
			hint: 'write bytes, or a number with K, M, G or T: 20G',
		});
	}
	return bytes;
}

/** "10 GiB": no decimals, in the largest unit that gives one or more. */
export function formatSize(bytes: number): string {
	let value = bytes;
	let unit = 0;
	while (value >= 1024 && unit < units.length - 1) {
		value /= 1024;
		unit++;
	}
	return `${Math.round(value)} ${units[unit]}`;
}
