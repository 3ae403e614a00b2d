import {append, withoutAddition} from './marked-block.js';

/** Our files in /etc/portage/env, each with what it does to a package. */
export const envFiles = {
	'default-path': 'built without us',
	'no-dist': 'cached, not distributed',
	'no-cache': 'not cached',
} as const;

export type EnvFile = keyof typeof envFiles;

export interface OptOut {
	readonly atom: string;
	readonly envFile: EnvFile;
}

const isOurs = (word: string): word is EnvFile => Object.hasOwn(envFiles, word);

/** The opt-outs that a package.env holds, in the file's order. */
export function listOptOuts(text: string): readonly OptOut[] {
	return splitLines(text).flatMap(line => {
		const {atom, words} = parseLine(line);
		return words.filter(isOurs).map(envFile => ({atom, envFile}));
	});
}

/** Has `atom` opted out by `envFile` and by no other of ours. All other lines and words stay byte for byte; done twice, it is done once. */
export function addOptOut(text: string, atom: string, envFile: EnvFile): string {
	const present = listOptOuts(text).filter(optOut => optOut.atom === atom);
	if (present.length === 1 && present[0]?.envFile === envFile) return text;
	return append(removeOptOuts(text, atom), `${atom} ${envFile}`);
}

/** Takes our env files from the lines of `atom`; a line without any left goes. */
export function removeOptOuts(text: string, atom: string): string {
	let result = '';
	for (const line of splitLines(text)) {
		const parsed = parseLine(line);
		if (parsed.atom !== atom || !parsed.words.some(isOurs)) {
			result += line;
		} else if (parsed.words.every(isOurs)) {
			result = withoutAddition(result, line, '');
		} else {
			result += withoutOurWords(line);
		}
	}
	return result;
}

/** With their ends. */
function splitLines(text: string): readonly string[] {
	return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}

/** As Portage reads it: words between blanks, up to one that begins with #. */
function parseLine(line: string): {readonly atom: string; readonly words: readonly string[]} {
	const words = line.trim().split(/\s+/);
	const comment = words.findIndex(word => word.startsWith('#'));
	const [atom = '', ...others] = comment < 0 ? words : words.slice(0, comment);
	return {atom, words: others};
}

/** Each of our words goes with the blanks before it; a comment is none. */
function withoutOurWords(line: string): string {
	const [, code = line, comment = ''] = /^((?:\s*[^\s#]\S*)*)([\s\S]*)$/.exec(line) ?? [];
	return code.replace(/\s+(\S+)/g, (whole, word: string) => (isOurs(word) ? '' : whole)) + comment;
}
