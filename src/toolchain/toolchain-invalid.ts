import {AppError} from '../lib/errors.js';

/** An archive that is not unpacked, and why: the reason follows on "the toolchain is refused: ". */
export function invalid(reason: string, cause?: unknown): AppError {
	return new AppError('TOOLCHAIN_INVALID', `the toolchain is refused: ${reason}`, {
		hint: 'pack it again on the client',
		...(cause === undefined ? {} : {cause}),
	});
}
