import {type Level, levels} from './levels.js';

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** How a line looks. */
export interface LineStyle {
	readonly format: 'text' | 'json';
	/** For the journal and syslog, which note the time themselves: each line begins with its level as `<6>`. */
	readonly prefixed: boolean;
	/** Where the time is part of the text. */
	readonly millis: boolean;
}

export interface Said {
	readonly level: Level;
	/** The part that says it. */
	readonly target: string;
	readonly text: string;
	readonly fields: Fields | undefined;
	readonly nowMs: number;
	/** All of that as JSON, with its newline. */
	readonly json: string;
}

/** One line, whatever a peer sent. Without a prefix it begins as upstream's do. */
export function logLine(style: LineStyle, said: Said): string {
	const prefix = style.prefixed ? `<${levels[said.level]}>` : '';
	if (style.format === 'json') return prefix + said.json;
	const words = wordsOf(said.text, said.fields);
	return `${style.prefixed ? prefix : heading(said, style.millis)}${words}\n`;
}

/** What is said, as text. */
export function wordsOf(text: string, fields: Fields | undefined): string {
	const words = fields === undefined ? '' : inWords(fields);
	return text.replace(/\s*[\r\n]+\s*/g, ' ') + words;
}

function heading({level, target, nowMs}: Said, millis: boolean): string {
	const time = new Date(nowMs).toISOString();
	const shown = millis ? time : time.replace(/\.\d+Z$/, 'Z');
	return `[${shown} ${level.toUpperCase().padEnd(5)} ${target}] `;
}

function inWords(fields: Fields): string {
	return Object.entries(fields)
		.filter(([, value]) => value !== undefined)
		.map(([name, value]) => ` ${name}=${inWord(value)}`)
		.join('');
}

function inWord(value: string | number | boolean | undefined): string {
	const text = String(value);
	return /^[\w.:/[\]-]+$/.test(text) ? text : JSON.stringify(text);
}
