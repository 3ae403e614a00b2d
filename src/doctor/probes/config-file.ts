import {AppError} from '../../lib/errors.js';
import type {User} from '../access.js';
import type {ConfigFacts} from '../verdicts/config-file.js';
import {foldersTo, owned} from './files.js';

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
): ReadConfig<Config> {
	const file = {path, file: owned(path), folders: foldersTo(path), reader};
	try {
		const config = load();
		const {warnings} = config;
		const exposesSecret = warnings.some(text => text.startsWith(`${path} holds a secret`));
		return {config, facts: {...file, exposesSecret, error: undefined, warnings}};
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		const {message, hint} = error;
		const facts = {...file, exposesSecret: false, error: {message, hint}, warnings: []};
		return {config: undefined, facts};
	}
}
