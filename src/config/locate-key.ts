export type Format = 'toml' | 'json';

/** The line, from 1, on which a key stands; undefined when the text spells it in a way not looked for. */
export function locateKey(
	text: string,
	format: Format,
	path: readonly PropertyKey[],
): number | undefined {
	const names = path.filter(part => typeof part === 'string');
	const name = names.at(-1);
	if (name === undefined) return undefined;
	const lines = text.split(/\r?\n/);
	const found = format === 'toml' ? findInToml(lines, names.join('.')) : -1;
	const index = found >= 0 ? found : lines.findIndex(line => mentions(line, name));
	return index >= 0 ? index + 1 : undefined;
}

function findInToml(lines: readonly string[], wanted: string): number {
	let table = '';
	return lines.findIndex(line => {
		const header = /^\s*\[\[?\s*([^\]]+?)\s*\]/.exec(line);
		if (header) table = `${bare(header[1] ?? '')}.`;
		const key = header ? undefined : /^\s*((?:"[^"]*"|'[^']*'|[^=#])+?)\s*=/.exec(line);
		const here = key ? table + bare(key[1] ?? '') : table.slice(0, -1);
		return here === wanted || here.startsWith(`${wanted}.`);
	});
}

const bare = (key: string): string => key.replace(/["'\s]/g, '');

const mentions = (line: string, name: string): boolean =>
	line
		.replace(/^\s*#.*/, '')
		.split(/[^\w-]+/)
		.includes(name);
