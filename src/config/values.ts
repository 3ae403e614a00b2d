import {z} from 'zod';
import {parseSize} from '../lib/size.js';

/** The kinds of values that both the file and the environment know. */

export const rwMode = z.enum(['READ_ONLY', 'READ_WRITE']);

/** Bytes, or text with a suffix like "20G"; bytes come out. */
export const size = z
	.union([z.number(), z.string()], {error: 'expected bytes, or a size like "20G"'})
	.transform((value, context) => {
		const bytes = typeof value === 'number' ? value : tryParseSize(value);
		if (bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
		context.issues.push({
			code: 'custom',
			input: value,
			message: 'expected bytes, or a size like "20G"',
		});
		return z.NEVER;
	});

function tryParseSize(text: string): number | undefined {
	try {
		return parseSize(text);
	} catch {
		return undefined;
	}
}

export const absolutePath = z.string().startsWith('/', {error: 'expected an absolute path'});

/** A URL without a path, as upstream takes it; `host:port` gets a scheme. */
export const schedulerUrl = z.string().transform((value, context) => {
	const url = tryParseUrl(/^[a-z]+:\/\//.test(value) ? value : `http://${value}`);
	if (url && /^https?:$/.test(url.protocol) && url.pathname === '/') return url.href;
	context.issues.push({
		code: 'custom',
		input: value,
		message: 'expected a URL without a path, like "http://192.0.2.1:10600"',
	});
	return z.NEVER;
});

function tryParseUrl(text: string): URL | undefined {
	return URL.canParse(text) ? new URL(text) : undefined;
}
