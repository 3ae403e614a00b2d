import type {Answer} from '../http/route.js';
import type {PageFile} from './page-files.js';

const place = '<!-- message -->';

/** The form, with what is wrong. `message`: words of ours alone, since they become part of the page. */
export function signInPage(
	{type, body}: PageFile,
	{status, message}: {readonly status: number; readonly message: string},
): Answer {
	const text = body.toString('utf8').replace(place, message && `<p role="alert">${message}</p>`);
	return {
		status,
		headers: {
			'content-type': type,
			'cache-control': 'no-store',
			...(status === 429 ? {'retry-after': '60'} : {}),
		},
		body: Buffer.from(text),
	};
}
