import type {Answer, Request} from '../http/route.js';

export type Asking = Pick<Request, 'headers' | 'peerAddress' | 'localAddress'>;

/** Who may look. */
export interface Gate {
	admit(request: Asking): Promise<Admission>;
	/** What a token that somebody typed is worth. Missing: there is nothing to sign in to. */
	readonly signIn?: (request: Asking, token: string) => Promise<SignIn>;
}

export type Admission =
	| {readonly kind: 'admitted'}
	/** It shows nothing that could be right or wrong. */
	| {readonly kind: 'stranger'}
	| {readonly kind: 'refused'; readonly status: 401 | 403 | 429 | 503; readonly message: string};

export type SignIn =
	| {readonly kind: 'admitted'; readonly cookie: string}
	| Extract<Admission, {kind: 'refused'}>;

/** For a scheduler that asks nobody for a token. */
export const openGate: Gate = {admit: async () => ({kind: 'admitted'})};

export function refused({
	status,
	message,
}: Pick<Extract<Admission, {kind: 'refused'}>, 'status' | 'message'>): Answer {
	return {
		status,
		headers: {
			'content-type': 'text/plain; charset=utf-8',
			'cache-control': 'no-store',
			...(status === 401 ? {'www-authenticate': 'Bearer'} : {}),
			...(status === 429 || status === 503 ? {'retry-after': '30'} : {}),
		},
		body: Buffer.from(`${message}\n`),
	};
}
