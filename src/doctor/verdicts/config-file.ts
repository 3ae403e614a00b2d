import {may, type Owned, obstacleOnTheWay, octal, type User} from '../access.js';
import {failure, ok, type Verdict, warning} from '../verdict.js';
import {sentence} from '../words.js';

export interface ConfigFacts {
	readonly path: string;
	/** Undefined: there is no file. */
	readonly file: Owned | undefined;
	/** The folders that lead to it, outermost first. */
	readonly folders: readonly Owned[];
	/** Who has to read it. */
	readonly reader: User;
	/** Files of secrets that it names. */
	readonly secretFiles: readonly Owned[];
	/** Files with a token or a key that everyone can read: itself, or those that it names. */
	readonly exposed: readonly Owned[];
	/** Why it can't be used. */
	readonly error: {readonly message: string; readonly hint: string | undefined} | undefined;
	readonly warnings: readonly string[];
}

/** A configuration file: it can be used, its daemon can read it, and nobody reads a secret who should not. */
export function judgeConfig(facts: ConfigFacts): readonly Verdict[] {
	const {path, file, folders, reader, exposed, error, warnings} = facts;
	if (file === undefined) return [failure(`There is no ${path}.`, 'sccache-gentoo setup')];
	const obstacle = obstacleOnTheWay(reader, folders);
	if (obstacle !== undefined) {
		return [
			failure(
				`User ${reader.name} can't pass ${obstacle.path} (${octal(obstacle.mode)}) to read ${path}.`,
				`chmod o+x ${obstacle.path}`,
			),
		];
	}
	const verdicts: Verdict[] = [];
	for (const one of [file, ...facts.secretFiles]) {
		if (!may(reader, 'read', one)) verdicts.push(unreadable(reader, one));
	}
	verdicts.push(...exposed.map(open));
	if (exposed.length === 0 && (file.mode & 0o022) !== 0) verdicts.push(writable(path, file));
	if (error !== undefined) {
		verdicts.push(failure(sentence(error.message), error.hint ?? `mend ${path} by hand`));
	}
	verdicts.push(...warnings.map(text => warning(sentence(text))));
	return verdicts.length > 0
		? verdicts
		: [ok(`${path} (${octal(file.mode)}) is sound, and ${reader.name} can read it.`)];
}

function unreadable(reader: User, file: Owned): Verdict {
	const {path} = file;
	const mend = `chown root:${reader.name} ${path}; chmod 0640 ${path}`;
	const message = `User ${reader.name} can't read ${path} (${octal(file.mode)}), and its daemon goes without.`;
	const alreadyInGroup = file.gid === reader.gid;
	return alreadyInGroup
		? failure(message, mend, {kind: 'mode', path: file.path, mode: file.mode | 0o040})
		: failure(message, mend, {kind: 'owner', path: file.path, uid: file.uid, gid: reader.gid});
}

function open({path, mode: before}: Owned): Verdict {
	const mode = before & 0o7750;
	return failure(
		`${path} holds a secret, and everyone on this host can read it (${octal(before)}).`,
		`chmod ${octal(mode)} ${path}; then make a new secret`,
		{kind: 'mode', path, mode},
	);
}

function writable(path: string, file: Owned): Verdict {
	const mode = file.mode & ~0o022;
	return warning(
		`Others than its owner can write ${path} (${octal(file.mode)}).`,
		`chmod ${octal(mode)} ${path}`,
		{kind: 'mode', path: file.path, mode},
	);
}
