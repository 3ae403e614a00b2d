import {AppError} from './errors.js';

const suffixes = ['', 'K', 'M', 'G', 'T'];

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
