import {z} from 'zod';
import {Secret} from '../lib/secret.js';
import {parseSize} from '../lib/size.js';
import {canonicalAddress} from './address.js';

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

/** A part of the cache: a share of it, or bytes. */
export type Quota = {readonly share: number} | {readonly sizeBytes: number};

/** Text like "20%", or a size. */
export const quota = z.union([z.number(), z.string()]).transform((value, context): Quota => {
	const [, digits] = (typeof value === 'string' && /^(\d+(?:\.\d+)?) ?%$/.exec(value)) || [];
	if (digits !== undefined && Number(digits) <= 100) return {share: Number(digits) / 100};
	const bytes = typeof value === 'number' ? value : tryParseSize(value);
	if (digits === undefined && bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= 0) {
		return {sizeBytes: bytes};
	}
	context.issues.push({
		code: 'custom',
		input: value,
		message: 'expected a share of the cache like "20%", or a size like "2G"',
	});
	return z.NEVER;
});

export const packageName = z.string().regex(/^[\w+][\w+.-]*\/[\w+][\w+-]*$/, {
	error: 'expected CATEGORY/PACKAGE',
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

/** Several schedulers of one farm. */
export const schedulerUrls = z.array(schedulerUrl).min(1).max(16);

/** Upstream's one, and those of our list. */
export function allSchedulers({
	scheduler_url: first,
	scheduler_urls: others = [],
}: {
	readonly scheduler_url?: string | undefined;
	readonly scheduler_urls?: readonly string[] | undefined;
}): readonly string[] {
	return [...new Set([...(first === undefined ? [] : [first]), ...others])];
}

function tryParseUrl(text: string): URL | undefined {
	return URL.canParse(text) ? new URL(text) : undefined;
}

export const httpUrl = z
	.string()
	.refine(value => /^https?:$/.test(tryParseUrl(value)?.protocol ?? ''), {
		error: 'expected a URL, like "https://example.org/path"',
	});

/** Where a daemon is, or listens: `host:port`; the host is an IP address or a name. */
export const address = z.string().transform((value, context) => {
	const canonical = canonicalAddress(value);
	if (canonical !== undefined) return canonical;
	context.issues.push({
		code: 'custom',
		input: value,
		message: 'expected an address with a port, like "192.0.2.1:10600" or "[2001:db8::1]:10600"',
	});
	return z.NEVER;
});

/** Text that nothing shall print. */
export const secretOrEmpty = z.string().transform(text => new Secret(text));

export const secret = z.string().min(1).pipe(secretOrEmpty);

/** For a table that takes a secret itself or a file that holds it: there is exactly one of them. */
export function exactlyOne<Inline extends string, File extends string>(inline: Inline, file: File) {
	return given(inline, file, count => count === 1);
}

/** The same, where there need not be one. */
export function atMostOne<Inline extends string, File extends string>(inline: Inline, file: File) {
	return given(inline, file, count => count <= 1);
}

function given(inline: string, file: string, isRight: (count: number) => boolean) {
	return (table: unknown, context: z.core.$RefinementCtx): void => {
		const count = [inline, file].filter(
			name => (table as Record<string, unknown>)[name] !== undefined,
		).length;
		if (isRight(count)) return;
		context.addIssue({
			code: 'custom',
			path: [inline],
			message: `expected either this or ${file}`,
			params: {found: count === 0 ? 'neither' : 'both'},
		});
	};
}

/** An address that may hold a password: then it is a secret, too. */
export const addressWithLogin = z
	.string()
	.transform(text => (text.includes('@') ? new Secret(text) : text));

export const revealed = (text: string | Secret): string =>
	text instanceof Secret ? text.reveal() : text;
