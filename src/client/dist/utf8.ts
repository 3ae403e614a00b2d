import {AppError} from '../../lib/errors.js';

/** Bytes in a latin1 string as text, which is all that v1 carries. Throws AppError INPUTS_UNSENDABLE. */
export function toText(bytes: string): string {
	const text = Buffer.from(bytes, 'latin1').toString('utf8');
	if (toBytes(text) !== bytes) {
		throw new AppError('INPUTS_UNSENDABLE', 'a name or argument is not UTF-8');
	}
	return text;
}

export function toBytes(text: string): string {
	return Buffer.from(text, 'utf8').toString('latin1');
}
