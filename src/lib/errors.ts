/** Every way in which something of ours goes wrong. A reason in the statistics is one of these. */
export type ErrorCode =
	| 'STORE_UNWRITABLE'
	| 'STORE_FULL'
	| 'STORE_BUSY'
	| 'STORE_DAMAGED'
	/** A file that was to be imported, and is none of ours, or damaged. */
	| 'CACHE_ARCHIVE_INVALID'
	/** What is to be exported to is there, or can't be made. */
	| 'CACHE_ARCHIVE_UNWRITABLE'
	| 'STATISTICS_LOST'
	/** The statistics know of no such compile. */
	| 'COMPILE_UNKNOWN'
	| 'CONFIG_INVALID'
	| 'CONFIG_UNREADABLE'
	| 'SECRET_KEY_INVALID'
	| 'LINKS_INVALID'
	/** Answers to setup, or a tree, that it can't work with. */
	| 'SETUP_INVALID'
	/** A step on the tree failed; what was done before it has been taken back. */
	| 'SETUP_FAILED'
	/** What is asked of Portage's files can't be done to them. */
	| 'PORTAGE_INVALID'
	| 'PROTOCOL_VIOLATION'
	| 'SHIM_VANISHED'
	| 'COMPILER_PROBE_FAILED'
	| 'DAEMON_FAILED'
	| 'DAEMON_UNREACHABLE'
	| 'ADDRESS_IN_USE'
	| 'ADDRESS_UNUSABLE'
	| 'REQUEST_MALFORMED'
	| 'REQUEST_TOO_LARGE'
	| 'REQUEST_CANCELLED'
	| 'UNAUTHORIZED'
	| 'JOB_STATE_INVALID'
	| 'SERVER_UNKNOWN'
	| 'PEER_UNREACHABLE'
	| 'PEER_BROKEN'
	| 'PEER_TIMED_OUT'
	| 'PEER_UNTRUSTED'
	| 'EXEC_FAILED'
	| 'SANDBOX_UNAVAILABLE'
	| 'SANDBOX_FAILED'
	| 'SANDBOX_JOB_INVALID'
	| 'JOB_ABORTED'
	/** The compiler can't be packed: its reason is in the message. */
	| 'TOOLCHAIN_UNPACKABLE'
	/** An archive that is damaged, or that we will not unpack. */
	| 'TOOLCHAIN_INVALID'
	| 'TOOLCHAIN_TOO_LARGE'
	| 'TOOLCHAIN_MISSING'
	| 'TOOLCHAIN_STORE_FAILED'
	| 'INPUTS_MISSING'
	| 'INPUTS_UNSENDABLE'
	| 'SCHEDULER_REFUSED'
	| 'SERVER_FAILED'
	| 'REMOTE_COMPILE_FAILED'
	| 'REMOTE_DIAGNOSTICS'
	| 'REMOTE_OUTPUT_MISSING'
	/** It does not run on the server. */
	| 'TOOLCHAIN_REFUSED'
	| 'SERVER_BUSY'
	| 'SERVER_DRAINING'
	/** By a signal, or because it went over a limit. */
	| 'JOB_KILLED'
	/** A checkout that can't be released as it is. */
	| 'RELEASE_UNFIT'
	| 'INTERNAL';

export interface ErrorDetails {
	/** What the user can do about it. */
	readonly hint?: string;
	/** The facts behind the message. */
	readonly fields?: Readonly<Record<string, string | number | boolean>>;
	readonly cause?: unknown;
}

/** An error that a user can meet. What can't happen is a plain Error. */
export class AppError extends Error {
	readonly code: ErrorCode;
	readonly hint: string | undefined;
	readonly fields: Readonly<Record<string, string | number | boolean>>;

	constructor(code: ErrorCode, message: string, {hint, fields, cause}: ErrorDetails = {}) {
		super(message, cause === undefined ? undefined : {cause});
		this.name = 'AppError';
		this.code = code;
		this.hint = hint;
		this.fields = fields ?? {};
	}
}

/** The code of an error of Node or SQLite, like ENOENT. */
export function systemCode(error: unknown): string | undefined {
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	return typeof code === 'string' ? code : undefined;
}
