import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {extname, join} from 'node:path';
import type {Answer, Request} from '../http/route.js';

const types: Readonly<Record<string, string>> = {
	'.css': 'text/css; charset=utf-8',
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.svg': 'image/svg+xml',
};

export interface PageFile {
	readonly type: string;
	readonly body: Buffer;
	readonly etag: string;
}

export type PageFiles = ReadonlyMap<string, PageFile>;

/** What the build put beside this file, by name. Nothing else can be asked for. */
export function readPageFiles(folder = join(import.meta.dirname, 'page')): PageFiles {
	const files = new Map<string, PageFile>();
	for (const name of readdirSync(folder)) {
		const type = types[extname(name)];
		if (type === undefined) continue;
		const body = readFileSync(join(folder, name));
		const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
		files.set(name, {type, body, etag});
	}
	return files;
}

/** Asked for anew each time, so that a page and its parts are of one version; sent only when it is another. */
export function fileAnswer({headers}: Pick<Request, 'headers'>, file: PageFile): Answer {
	const {type, body, etag} = file;
	const caching = {'cache-control': 'no-cache', etag};
	if (headers['if-none-match'] === etag) return {status: 304, headers: caching};
	return {status: 200, headers: {...caching, 'content-type': type}, body};
}
