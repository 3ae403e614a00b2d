import {AppError, type ErrorCode} from '../../lib/errors.js';

const codes: readonly ErrorCode[] = ['CONFIG_INVALID', 'CONFIG_UNREADABLE', 'SECRET_KEY_INVALID'];

/** What a daemon prints to stdout, before it exits with 1, when its configuration is at fault; undefined for any other error. */
export function configFailure(error: unknown): string | undefined {
	if (!(error instanceof AppError) || !codes.includes(error.code)) return undefined;
	const lines = [error.message, ...(error.hint ? [`hint: ${error.hint}`] : [])];
	for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
		lines.push(`caused by: ${cause.message}`);
	}
	return lines.map(line => `sccache-dist: ${line}`).join('\n');
}
