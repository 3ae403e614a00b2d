import {diskTrouble} from '../lib/disk-trouble.js';
import {AppError} from '../lib/errors.js';

/** Runs what writes to a folder of toolchains; an error of the disk becomes AppError TOOLCHAIN_STORE_FAILED. */
export async function storing<Result>(folder: string, act: () => Promise<Result>): Promise<Result> {
	try {
		return await act();
	} catch (error) {
		if (error instanceof AppError || diskTrouble(error) === undefined) throw error;
		throw new AppError(
			'TOOLCHAIN_STORE_FAILED',
			`toolchains can't be kept in ${folder}: ${(error as Error).message}`,
			{
				hint:
					diskTrouble(error) === 'full'
						? 'make room on its disk, or lower toolchain_cache_size'
						: 'give the daemon the right to write there',
				fields: {folder},
				cause: error,
			},
		);
	}
}
