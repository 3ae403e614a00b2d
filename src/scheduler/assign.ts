import type {Connections} from '../http/client.js';
import {decodeBody} from '../http/content.js';
import {AppError} from '../lib/errors.js';
import {encode} from '../protocol/dist/bincode.js';
import {
	type AssignJobResponse,
	assignJobResponse,
	type HeartbeatRequest,
	toolchain as toolchainCodec,
} from '../protocol/dist/messages.js';
import {serverRoutes} from '../protocol/dist/routes.js';

export interface Assignment {
	readonly jobId: number;
	readonly token: string;
	readonly toolchain: string;
}

/** Tells a server of its job. Throws AppError of what went wrong. */
export type Assign = (
	address: string,
	server: HeartbeatRequest,
	assignment: Assignment,
) => Promise<AssignJobResponse>;

const assignTimeoutMs = 30_000;

export function createAssign(connections: Connections): Assign {
	return async (address, {certDigest}, {jobId, token, toolchain}) => {
		const {status, body} = await connections.send({
			method: 'POST',
			url: `https://${address}${serverRoutes.assignJob}/${jobId}`,
			headers: {'content-type': 'application/octet-stream'},
			body: encode(toolchainCodec, {archiveId: toolchain}),
			token,
			pin: certDigest.toString('hex'),
			keepAlive: false,
			timeoutMs: assignTimeoutMs,
		});
		if (status !== 200) {
			throw new AppError('PEER_BROKEN', `${address} answers ${status}`, {fields: {status}});
		}
		return decodeBody(assignJobResponse, body);
	};
}
