import {parseText} from '../../config/parse-text.js';

/** A key's dotted path and its value. */
export interface Setting {
	readonly table: string;
	readonly key: string;
	readonly value: string | number | readonly string[];
}

/**
 * A TOML text in which these settings hold; all other lines stay byte for byte. Undefined: it is written in a way that one can't
 * change line by line. Throws CONFIG_INVALID for a text that is no TOML.
 */
export function editToml(text: string, settings: readonly Setting[]): string | undefined {
	let result = text;
	for (const setting of settings) {
		if (holds(result, setting)) continue;
		const edited = place(result, setting);
		if (edited === undefined || !parses(edited) || !holds(edited, setting)) return undefined;
		result = edited;
	}
	return result;
}

/** A value of a TOML text, as it stands there. Throws CONFIG_INVALID. */
export function tomlValue(text: string, table: string, key: string): unknown {
	let value: unknown = parseText(text, 'toml', 'the file');
	for (const part of [...(table === '' ? [] : table.split('.')), key]) {
		if (typeof value !== 'object' || value === null) return undefined;
		value = (value as Record<string, unknown>)[part];
	}
	return value;
}

function holds(text: string, {table, key, value}: Setting): boolean {
	return JSON.stringify(tomlValue(text, table, key)) === JSON.stringify(value);
}

function parses(text: string): boolean {
	try {
		parseText(text, 'toml', 'the file');
		return true;
	} catch {
		return false;
	}
}

function place(text: string, {table, key, value}: Setting): string | undefined {
	const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
	const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
	const line = `${key} = ${JSON.stringify(value)}`;
	const range = tableRange(lines, table);
	if (range === undefined) {
		if (lines.length > 0) lines.push('');
		lines.push(`[${table}]`, line);
	} else {
		const own = lines.findIndex(
			(each, index) => index >= range.start && index < range.stop && keyOf(each) === key,
		);
		if (own >= 0) {
			const parts =
				/^(\s*[\w-]+\s*=\s*)("(?:[^"\\]|\\.)*"|'[^']*'|[\w.+-]+|\[\s*\])(\s*(?:#.*)?)$/.exec(
					lines[own] ?? '',
				);
			if (parts === null) return undefined;
			lines[own] = `${parts[1]}${JSON.stringify(value)}${parts[3]}`;
		} else {
			let at = range.stop;
			while (at > range.start && lines[at - 1]?.trim() === '') at--;
			lines.splice(at, 0, line);
		}
	}
	return lines.join(lineEnd) + lineEnd;
}

function tableRange(
	lines: readonly string[],
	table: string,
): {readonly start: number; readonly stop: number} | undefined {
	const isHeader = (line: string) => /^\s*\[/.test(line);
	const header = lines.findIndex(line => /^\s*\[([\w.-]+)\]/.exec(line)?.[1] === table);
	if (table !== '' && header < 0) return undefined;
	const start = table === '' ? 0 : header + 1;
	const next = lines.findIndex((line, index) => index >= start && isHeader(line));
	return {start, stop: next < 0 ? lines.length : next};
}

const keyOf = (line: string): string | undefined => /^\s*([\w-]+)\s*=/.exec(line)?.[1];
