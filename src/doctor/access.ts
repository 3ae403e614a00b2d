/** Who may do what with a file, by mode and owner as path_resolution(7) has it. */

export interface User {
	readonly name: string;
	readonly uid: number;
	readonly gid: number;
}

export interface Owned {
	readonly path: string;
	readonly uid: number;
	readonly gid: number;
	/** Permission bits. */
	readonly mode: number;
}

const bits = {read: 4, write: 2, pass: 1} as const;

/** Whether the user, with no other group than its own, may; root may all that is asked here. */
export function may(user: User, verb: keyof typeof bits, {uid, gid, mode}: Owned): boolean {
	if (user.uid === 0) return true;
	const shift = user.uid === uid ? 6 : user.gid === gid ? 3 : 0;
	return ((mode >> shift) & bits[verb]) !== 0;
}

/** The first folder on the way, outermost first, that the user can't pass; undefined: none. */
export function obstacleOnTheWay(user: User, folders: readonly Owned[]): Owned | undefined {
	return folders.find(folder => !may(user, 'pass', folder));
}

export const octal = (mode: number): string => `0${(mode & 0o7777).toString(8).padStart(3, '0')}`;
