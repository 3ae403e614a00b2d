/** What was found out about one link of the chain. */
export interface Verdict {
	readonly status: Status;
	/** A sentence. */
	readonly message: string;
	/** The command that mends it, or what else to do. */
	readonly mend?: string;
	/** What `--fix` may do about it. */
	readonly repair?: Repair;
}

export const statuses = ['ok', 'skipped', 'warning', 'failure'] as const;
export type Status = (typeof statuses)[number];

/** What mends without a question: nothing of the user's is written. */
export type Repair =
	| {
			readonly kind: 'refresh links';
			readonly folder: string;
			readonly searchPath: string;
			readonly root: string;
	  }
	| {readonly kind: 'mode'; readonly path: string; readonly mode: number}
	| {readonly kind: 'owner'; readonly path: string; readonly uid: number; readonly gid: number}
	| {
			readonly kind: 'folder';
			readonly path: string;
			readonly mode: number;
			readonly uid: number;
			readonly gid: number;
	  }
	| {readonly kind: 'start'; readonly service: string};

export function ok(message: string): Verdict {
	return {status: 'ok', message};
}

export function skipped(message: string): Verdict {
	return {status: 'skipped', message};
}

export function warning(message: string, mend?: string, repair?: Repair): Verdict {
	return bad('warning', message, mend, repair);
}

export function failure(message: string, mend?: string, repair?: Repair): Verdict {
	return bad('failure', message, mend, repair);
}

function bad(
	status: 'warning' | 'failure',
	message: string,
	mend: string | undefined,
	repair: Repair | undefined,
): Verdict {
	return {
		status,
		message,
		...(mend === undefined ? {} : {mend}),
		...(repair === undefined ? {} : {repair}),
	};
}

/** The gravest of some. */
export function worst(verdicts: readonly Pick<Verdict, 'status'>[]): Status {
	const index = Math.max(0, ...verdicts.map(({status}) => statuses.indexOf(status)));
	return statuses[index] as Status;
}
