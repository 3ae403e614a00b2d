import type {Connections, IncomingAnswer, OutgoingRequest} from '../http/client.js';
import {decodeBody} from '../http/content.js';
import {levelOf} from '../http/extension-level.js';
import {AppError} from '../lib/errors.js';
import type {Secret} from '../lib/secret.js';
import {type Codec, encode} from '../protocol/dist/bincode.js';
import {
	extensionHeaders,
	type JobReport,
	type ServerStatus,
	type ServerStatusReply,
	serverStatusReply,
} from '../protocol/dist/extensions.js';
import {
	type HeartbeatRequest,
	heartbeatRequest,
	heartbeatResponse,
	type JobState,
	jobState,
} from '../protocol/dist/messages.js';
import {schedulerRoutes} from '../protocol/dist/routes.js';

export interface SchedulerLinkOptions {
	readonly connections: Connections;
	/** With a `/` at its end. */
	readonly url: string;
	/** What stands behind `Bearer `. */
	readonly token: Secret;
}

const timeoutMs = 10_000;

/** What this server says to one scheduler. All of it throws AppError: PEER_UNREACHABLE, PEER_BROKEN and their like. */
export class SchedulerLink {
	readonly #options: SchedulerLinkOptions;
	#extensions = 0;

	constructor(options: SchedulerLinkOptions) {
		this.#options = options;
	}

	get url(): string {
		return this.#options.url;
	}

	/** The level of the scheduler that answered last; 0: v1, or not known. */
	get extensions(): number {
		return this.#extensions;
	}

	async heartbeat(beat: HeartbeatRequest): Promise<{readonly isNew: boolean}> {
		const answer = await this.#sendValue(schedulerRoutes.heartbeat, heartbeatRequest, beat);
		this.#extensions = levelOf(answer);
		return decodeBody(heartbeatResponse, answer.body);
	}

	async status(status: ServerStatus): Promise<ServerStatusReply> {
		const {body} = await this.#send({
			path: schedulerRoutes.serverStatus,
			headers: {'content-type': 'application/json'},
			body: Buffer.from(JSON.stringify(status)),
		});
		const reply = serverStatusReply.safeParse(parseJson(body.toString()));
		if (!reply.success) throw new AppError('PEER_BROKEN', 'the scheduler answers nonsense');
		return reply.data;
	}

	async jobState(jobId: number, kind: JobState['kind'], report: JobReport = {}): Promise<void> {
		const path = `${schedulerRoutes.jobState}/${jobId}`;
		await this.#sendValue(path, jobState, {kind}, {[extensionHeaders.report]: asciiJson(report)});
	}

	#sendValue<Value>(
		path: string,
		codec: Codec<Value>,
		value: Value,
		headers: Readonly<Record<string, string>> = {},
	): Promise<IncomingAnswer> {
		return this.#send({
			path,
			headers: {...headers, 'content-type': 'application/octet-stream'},
			body: encode(codec, value),
		});
	}

	async #send({
		path,
		...rest
	}: Pick<OutgoingRequest, 'headers' | 'body'> & {readonly path: string}): Promise<IncomingAnswer> {
		const {connections, url, token} = this.#options;
		const answer = await connections.send({
			method: 'POST',
			url: `${url.replace(/\/$/, '')}${path}`,
			...rest,
			token: token.reveal(),
			keepAlive: this.#extensions > 0,
			timeoutMs,
		});
		if (answer.status === 200) return answer;
		const said = answer.headers['www-authenticate'] ?? answer.body.toString().slice(0, 200);
		throw new AppError('PEER_BROKEN', `the scheduler answers ${answer.status}: ${said}`, {
			fields: {status: answer.status},
		});
	}
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** As a header can hold it. */
function asciiJson(value: unknown): string {
	return JSON.stringify(value).replace(
		/[\u007f-\uffff]/g,
		letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}
