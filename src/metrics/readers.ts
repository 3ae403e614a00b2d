import {equalTokens} from '../auth/compare-tokens.js';
import {readBearer} from '../http/bearer.js';
import {isOfThisHost} from '../http/of-this-host.js';
import type {Answer, Request} from '../http/route.js';
import type {Secret} from '../lib/secret.js';

/** Undefined: it may read. */
export type RefuseReader = (
	request: Pick<Request, 'headers' | 'peerAddress' | 'localAddress'>,
) => Answer | undefined;

/** Who may read a daemon's metrics: with a token whoever has it, without one programs of this host alone. */
export function readersWith(token: Secret | undefined): RefuseReader {
	return request => {
		if (token === undefined) return isOfThisHost(request) ? undefined : notHere;
		const bearer = readBearer(request.headers.authorization);
		const isRight = bearer.kind === 'token' && equalTokens(bearer.token, token.reveal());
		return isRight ? undefined : noToken;
	};
}

const plainText = {'content-type': 'text/plain; charset=utf-8'};

const notHere: Answer = {
	status: 403,
	headers: plainText,
	body: Buffer.from(
		'Without a token in [metrics] of the configuration, only this host itself may read this.\n',
	),
};

const noToken: Answer = {
	status: 401,
	headers: {...plainText, 'www-authenticate': 'Bearer'},
	body: Buffer.from('The token of [metrics] in the configuration is needed.\n'),
};
