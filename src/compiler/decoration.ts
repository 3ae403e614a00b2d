import type {CompileCommand} from './command.js';

/** What a compiler adds to its diagnostics because stderr is a terminal. */
export interface Decoration {
	/** SGR colours. */
	readonly color: boolean;
	/** Options as hyperlinks, OSC 8. */
	readonly links: boolean;
}

export const undecorated: Decoration = {color: false, links: false};

/** gcc prints hyperlinks from this version on. */
const firstGccWithLinks = 10;

/** What the compiler would add by itself on this terminal (GCC manual, -fdiagnostics-color and -fdiagnostics-urls; no-color.org). */
export function terminalDecoration(
	{family, color, hashedArgs}: Pick<CompileCommand, 'family' | 'color' | 'hashedArgs'>,
	majorVersion: number,
	env: ReadonlyMap<string, string>,
): Decoration {
	const term = env.get('TERM');
	if (term === undefined || term === 'dumb') {
		return undecorated;
	}
	const wanted = family === 'gcc' ? env.get('GCC_COLORS') !== '' : !env.get('NO_COLOR');
	const links =
		family === 'gcc' &&
		majorVersion >= firstGccWithLinks &&
		!hashedArgs.some(arg => arg.startsWith('-fdiagnostics-urls')) &&
		showsLinks(term, env);
	return {color: color === 'auto' && wanted, links};
}

/** Terminals that gcc trusts with hyperlinks; GCC_URLS or TERM_URLS overrule all but the first two. */
function showsLinks(term: string, env: ReadonlyMap<string, string>): boolean {
	const colorTerm = env.get('COLORTERM');
	if (colorTerm === 'xfce4-terminal' || colorTerm === 'gnome-terminal') {
		return false;
	}
	if (env.has('GCC_URLS') || env.has('TERM_URLS')) {
		return true;
	}
	return colorTerm !== undefined || (term !== 'xterm' && term !== 'linux');
}

/** Options by which the compiler decorates without seeing a terminal; the command line's own come after them and win. */
export function decorationOptions({color, links}: Decoration): readonly string[] {
	return [
		...(color ? ['-fdiagnostics-color=always'] : []),
		...(links ? ['-fdiagnostics-urls=always'] : []),
	];
}

/** SGR and erase sequences: ECMA-48 8.3.117, 8.3.41. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const colorSequence = /\x1b\[[0-9;]*[mK]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const linkSequence = /\x1b\]8;[^\x07\x1b]*(?:\x07|\x1b\\)/g;

/** Decorated diagnostics with no more than is wanted; undefined when something wanted was never there. */
export function redecorated(text: Buffer, has: Decoration, wanted: Decoration): Buffer | undefined {
	if (text.length > 0 && ((wanted.color && !has.color) || (wanted.links && !has.links))) {
		return undefined;
	}
	if (has.color === wanted.color && has.links === wanted.links) {
		return text;
	}
	let shown = text.toString('latin1');
	if (has.color && !wanted.color) {
		shown = shown.replace(colorSequence, '');
	}
	if (has.links && !wanted.links) {
		shown = shown.replace(linkSequence, '');
	}
	return Buffer.from(shown, 'latin1');
}
