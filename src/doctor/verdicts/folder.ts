import {may, type Owned, obstacleOnTheWay, octal, type User} from '../access.js';
import {failure, ok, type Verdict} from '../verdict.js';

export interface FolderFacts {
	readonly path: string;
	/** What it is for. */
	readonly purpose: string;
	/** Undefined: it is not there. */
	readonly folder: Owned | undefined;
	readonly folders: readonly Owned[];
	/** Whose it has to be. */
	readonly owner: User;
	/** Nobody else may write in it. */
	readonly exclusive: boolean;
	/** A new one's. */
	readonly mode: number;
}

/** A folder of a daemon: there, and its user's. */
export function judgeFolder(facts: FolderFacts): Verdict {
	const {path, purpose, folder, folders, owner, exclusive, mode} = facts;
	const {uid, gid, name} = owner;
	if (folder === undefined) {
		return failure(
			`There is no ${path}, ${purpose}.`,
			`install -d -o ${name} -g ${name} -m ${octal(mode)} ${path}`,
			{kind: 'folder', path, mode, uid, gid},
		);
	}
	const obstacle = obstacleOnTheWay(owner, folders);
	if (obstacle !== undefined) {
		return failure(
			`User ${name} can't get to ${path}: ${obstacle.path} is ${octal(obstacle.mode)}.`,
			`chmod o+x ${obstacle.path}`,
		);
	}
	if (folder.uid !== uid || !may(owner, 'write', folder)) {
		return failure(
			`${path}, ${purpose}, belongs to user ${folder.uid} (${octal(folder.mode)}): ${name} can't keep anything there.`,
			`chown -R ${name}:${name} ${path}`,
			folder.uid === uid
				? {kind: 'mode', path, mode: folder.mode | 0o700}
				: {kind: 'owner', path, uid, gid},
		);
	}
	if (exclusive && (folder.mode & 0o022) !== 0) {
		return failure(
			`Others than ${name} can write in ${path}, ${purpose} (${octal(folder.mode)}).`,
			`chmod go-w ${path}`,
			{kind: 'mode', path, mode: folder.mode & ~0o022},
		);
	}
	return ok(`${path} belongs to ${name}.`);
}
