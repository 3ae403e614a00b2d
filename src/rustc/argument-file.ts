/** `@path`: one argument a line (rustc book, "@path: load command-line flags from a path"). */
export function splitArgumentFile(text: string): readonly string[] {
	const lines = text.split(/\r?\n/);
	return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
