import {AppError, systemCode} from '../lib/errors.js';
import {Secret} from '../lib/secret.js';
import {exposure, readFile} from './read-file.js';

export interface FoundSecret {
	readonly secret: Secret;
	readonly warnings: readonly string[];
}

/** A secret that stands in the configuration, or alone in a file of its own. Throws CONFIG_INVALID, CONFIG_UNREADABLE. */
export function findSecret(inline: Secret | undefined, path: string | undefined): FoundSecret {
	if (inline !== undefined) return {secret: inline, warnings: []};
	if (path === undefined) throw new Error('neither a secret nor its file');
	return readSecretFile(path);
}

/** One line; blanks around it do not count. Throws CONFIG_INVALID, CONFIG_UNREADABLE. */
export function readSecretFile(path: string): FoundSecret {
	const file = readOrExplain(path);
	const text = file.text.trim();
	if (text === '' || /[\r\n\0]/.test(text)) {
		const found = text === '' ? 'nothing' : 'something else';
		throw new AppError('CONFIG_INVALID', `${path}: expected one line, the secret, found ${found}`, {
			hint: 'put the secret there, and nothing else',
		});
	}
	return {secret: new Secret(text), warnings: exposure(file)};
}

function readOrExplain(path: string) {
	try {
		return readFile(path);
	} catch (error) {
		const code = systemCode(error);
		throw new AppError('CONFIG_UNREADABLE', `${path}, for a secret, cannot be read (${code})`, {
			hint: 'it must be a file that the user of this daemon can read, and nobody else',
		});
	}
}
