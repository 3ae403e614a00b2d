import {fileSchema} from '../../config/file-schema.js';
import {parseFile} from '../../config/parse-file.js';
import {AppError} from '../../lib/errors.js';
import type {User} from '../access.js';
import type {ConfigFacts} from '../verdicts/config-file.js';
import {foldersTo, owned, readText} from './files.js';

/** As read-file.ts of config/ words it. */
const exposure = /^(.+) holds a secret and everyone can read it/;

/** A configuration as it was read, and what is to be said of its file. */
export interface ReadConfig<Config> {
	/** Undefined: it can't be used. */
	readonly config: Config | undefined;
	readonly facts: ConfigFacts;
}

export function probeConfig<Config extends {readonly warnings: readonly string[]}>(
	path: string,
	reader: User,
	load: () => Config,
	secretFiles: (path: string) => readonly string[] = () => [],
): ReadConfig<Config> {
	const file = {path, file: owned(path), folders: foldersTo(path), reader};
	try {
		const config = load();
		const exposed = config.warnings.flatMap(text => exposure.exec(text)?.[1] ?? []);
		return {
			config,
			facts: {
				...file,
				secretFiles: secretFiles(path).flatMap(name => owned(name) ?? []),
				exposed: exposed.flatMap(name => owned(name) ?? []),
				error: undefined,
				warnings: config.warnings.filter(text => !exposure.test(text)),
			},
		};
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		const {message, hint} = error;
		const facts = {...file, secretFiles: [], exposed: [], error: {message, hint}, warnings: []};
		return {config: undefined, facts};
	}
}

/** The file of the client's token, if client.conf names one. Throws CONFIG_INVALID. */
export function tokenFiles(path: string): readonly string[] {
	const text = readText(path);
	if (text === undefined) return [];
	const auth = parseFile(text, path, fileSchema).dist?.auth;
	return auth?.type === 'token' && auth.token_file !== undefined ? [auth.token_file] : [];
}
