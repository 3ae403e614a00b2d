import {hash} from 'node:crypto';
import {Sha256} from '@aws-crypto/sha256-js';
import {HttpRequest} from '@smithy/protocol-http';
import {SignatureV4} from '@smithy/signature-v4';
import type {S3Config} from '../config/shared-config.js';
import type {ObjectRequest} from './http-object.js';

/** Adds what shows the service who asks. Throws when there are no credentials to be found. */
export type Signer = (request: ObjectRequest) => Promise<ObjectRequest>;

/**
 * Credentials come from where AWS's own programs find them: the environment, files with profiles, roles, the metadata service. A
 * profile or file that is named goes before the environment.
 */
export function s3Signer(
	region: string,
	{profile, file}: NonNullable<S3Config['credentials']>,
): Signer {
	const isNamed = profile !== undefined || file !== undefined;
	const signer = import('@aws-sdk/credential-provider-node').then(
		({defaultProvider}) =>
			new SignatureV4({
				service: 's3',
				region,
				credentials: defaultProvider({
					...(isNamed ? {profile: profile ?? 'default'} : {}),
					...(file === undefined ? {} : {filepath: file}),
				}),
				sha256: Sha256,
				// S3 alone does not escape paths a second time.
				uriEscapePath: false,
			}),
	);
	return async request => {
		const {protocol, hostname, host, port, pathname} = new URL(request.url);
		const unsigned = new HttpRequest({
			...{method: request.method, protocol, hostname, path: pathname},
			...(port === '' ? {} : {port: Number(port)}),
			headers: {'x-amz-content-sha256': hash('sha256', ''), ...request.headers, host},
		});
		const {headers} = await (await signer).sign(unsigned);
		return {...request, headers};
	};
}
