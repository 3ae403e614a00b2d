/** SGR and erase sequences (ECMA-48 8.3.117, 8.3.41) and hyperlinks (OSC 8): all that gcc and clang add to colour a message. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const decoration = /\x1b\[[0-9;]*[mK]|\x1b\]8;[^\x07\x1b]*(?:\x07|\x1b\\)/g;

/** Diagnostics as the compiler prints them without a terminal. */
export function plainText(colored: Buffer): Buffer {
	return Buffer.from(colored.toString('latin1').replace(decoration, ''), 'latin1');
}
