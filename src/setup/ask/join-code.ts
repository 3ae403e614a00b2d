import {createHash} from 'node:crypto';
import {z} from 'zod';
import {AppError} from '../../lib/errors.js';
import {Secret} from '../../lib/secret.js';

/** What a new host of the farm has to know, in one line to paste. It is as secret as the tokens in it. */
export interface JoinCode {
	readonly schedulerUrl: string;
	readonly clientToken: Secret;
	/** For a build server: its `public_addr`, and the token that is made out to it. */
	readonly server: {readonly publicAddress: string; readonly token: Secret} | undefined;
}

const prefix = 'sccache1.';
const checksumBytes = 6;

const payload = z.strictObject({
	u: z.string().min(1),
	c: z.string().min(1),
	a: z.string().min(1).optional(),
	s: z.string().min(1).optional(),
});

/** `sccache1.` and base64url of a checksum and of JSON. */
export function formatJoinCode({schedulerUrl, clientToken, server}: JoinCode): Secret {
	const json = Buffer.from(
		JSON.stringify({
			u: schedulerUrl,
			c: clientToken.reveal(),
			...(server === undefined ? {} : {a: server.publicAddress, s: server.token.reveal()}),
		}),
	);
	return new Secret(prefix + Buffer.concat([checksum(json), json]).toString('base64url'));
}

/** Blanks and line ends that pasting has put in do not count. Throws SETUP_INVALID, which does not repeat the code. */
export function parseJoinCode(text: string): JoinCode {
	const code = text.replace(/\s+/g, '');
	if (!code.startsWith(prefix)) {
		const version = /^sccache(\d+)\./.exec(code)?.[1];
		throw refused(
			version === undefined
				? 'this is not a join code: one begins with sccache1.'
				: `this join code is of version ${version}, which this program does not know: update it`,
		);
	}
	const bytes = Buffer.from(code.slice(prefix.length), 'base64url');
	const json = bytes.subarray(checksumBytes);
	if (
		bytes.toString('base64url') !== code.slice(prefix.length) ||
		!checksum(json).equals(bytes.subarray(0, checksumBytes))
	) {
		throw refused('the join code is damaged: a part of it is missing or changed');
	}
	const {u, c, a, s} = payload.parse(JSON.parse(json.toString('utf8')));
	return {
		schedulerUrl: u,
		clientToken: new Secret(c),
		server:
			a === undefined || s === undefined ? undefined : {publicAddress: a, token: new Secret(s)},
	};
}

const checksum = (bytes: Buffer): Buffer =>
	createHash('sha256').update(bytes).digest().subarray(0, checksumBytes);

const refused = (message: string): AppError =>
	new AppError('SETUP_INVALID', message, {
		hint: 'print one on the scheduler host with: sccache-gentoo join-code',
	});
