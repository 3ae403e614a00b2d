import {parse} from '@ltd/j-toml';
import {AppError} from '../lib/errors.js';
import type {Format} from './locate-key.js';

/** The plain value of a configuration file. No message repeats the file's text, which may hold a token. */
export function parseText(text: string, format: Format, file: string): unknown {
	const content = text.replace(/^\uFEFF/, '');
	return format === 'json' ? parseJson(content, file) : parseToml(content, file);
}

function parseToml(text: string, file: string): unknown {
	try {
		return parse(text, {joiner: '\n', bigint: false});
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		const line = / at line (\d+)/.exec(message)?.[1];
		throw new AppError('CONFIG_INVALID', `${place(file, line)}: not valid TOML: ${why(message)}`, {
			hint: 'text values stand in double quotes: token = "..."',
		});
	}
}

/** What the parser says, less the line that it quotes and its own option names. */
function why(message: string): string {
	if (/\btag\b/.test(message)) return 'a text value without quotes';
	const short = message.replace(/ at line \d+[\s\S]*$/, '').split(/[\n,:]/)[0] ?? '';
	return /^[A-Za-z ]{1,60}$/.test(short) ? short.toLowerCase() : 'cannot be read';
}

function parseJson(text: string, file: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch (error) {
		const position = /position (\d+)/.exec(String(error))?.[1];
		const line =
			position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
		throw new AppError('CONFIG_INVALID', `${place(file, line)}: not valid JSON`);
	}
}

export const place = (file: string, line: number | string | undefined): string =>
	line === undefined ? file : `${file}:${line}`;
