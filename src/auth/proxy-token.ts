import {createHash} from 'node:crypto';
import {Lru} from '../lib/lru.js';
import type {ClientCheck, ClientCheckParts, ClientVerdict} from './client-check.js';
import {type Fetch, fetchTimeoutMs} from './fetch.js';

/** Clients show a token that somebody else knows: whoever answers 2xx at the URL, when asked with it, vouches for it. */
export interface ProxyToken {
	readonly type: 'proxy_token';
	readonly url: string;
	/** How long an answer that vouches is good for; undefined: for one request. */
	readonly cacheS: number | undefined;
}

const rememberedTokens = 10_000;

/** Of tokens that are remembered, only digests are. Requests that come with the same token at once ask once. */
export function checkByProxy(
	{url, cacheS = 0}: ProxyToken,
	{fetch, nowMs}: ClientCheckParts,
): ClientCheck {
	const goodUntilMs = new Lru<string, number>(rememberedTokens);
	const asked = new Map<string, Promise<ClientVerdict>>();

	const askAndRemember = async (token: string, name: string): Promise<ClientVerdict> => {
		const askedMs = nowMs();
		const verdict = await ask(url, token, fetch);
		if (verdict.ok) goodUntilMs.set(name, askedMs + cacheS * 1000);
		return verdict;
	};

	return async token => {
		const name = createHash('sha256').update(token).digest('base64url');
		if ((goodUntilMs.get(name) ?? 0) > nowMs()) return {ok: true};
		const pending =
			asked.get(name) ?? askAndRemember(token, name).finally(() => asked.delete(name));
		asked.set(name, pending);
		return pending;
	};
}

async function ask(url: string, token: string, fetch: Fetch): Promise<ClientVerdict> {
	try {
		const {ok, status, body} = await fetch(url, {
			method: 'GET',
			headers: new Headers({authorization: `Bearer ${token}`}),
			redirect: 'manual',
			signal: AbortSignal.timeout(fetchTimeoutMs),
		});
		await body?.cancel();
		return ok ? {ok} : refusal(status);
	} catch {
		return unavailable;
	}
}

/** A server error is no word on the token. */
function refusal(status: number): ClientVerdict {
	const message = 'the token was not vouched for';
	return status >= 500 ? unavailable : {ok: false, reason: 'invalid', message};
}

const unavailable: ClientVerdict = {
	ok: false,
	reason: 'unavailable',
	message: 'the server that vouches for tokens does not answer as it should',
};
