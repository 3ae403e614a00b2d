import {AppError} from '../lib/errors.js';
import type {Secret} from '../lib/secret.js';

export const secretKeySizeBytes = 32;

/** The key behind its text: base64url without padding (RFC 4648, section 5). Throws SECRET_KEY_INVALID, which does not repeat it. */
export function parseSecretKey(text: Secret): Buffer {
	const key = Buffer.from(text.reveal(), 'base64url');
	if (formatSecretKey(key) !== text.reveal()) {
		throw new AppError('SECRET_KEY_INVALID', 'Secret key is not base64url without padding', {hint});
	}
	if (key.length !== secretKeySizeBytes) {
		throw new AppError('SECRET_KEY_INVALID', 'Size of secret key incorrect', {
			hint,
			fields: {sizeBytes: key.length, expectedBytes: secretKeySizeBytes},
		});
	}
	return key;
}

export const formatSecretKey = (key: Buffer): string => key.toString('base64url');

const hint = 'make one with: sccache-dist auth generate-jwt-hs256-key';
