import {createReadStream} from 'node:fs';
import {Readable} from 'node:stream';
import {promisify} from 'node:util';
import {constants, createDeflate, inflate} from 'node:zlib';
import type {Connections, IncomingAnswer} from '../../http/client.js';
import {AppError} from '../../lib/errors.js';
import {decode, encode} from '../../protocol/dist/bincode.js';
import {extensionHeaders, type JobReport, jobReport} from '../../protocol/dist/extensions.js';
import {encodeInputs, type Inputs} from '../../protocol/dist/inputs-tar.js';
import {
	type ProcessOutput,
	type RunJobRequest,
	runJobRequest,
	runJobResponse,
	submitToolchainResponse,
} from '../../protocol/dist/messages.js';
import {serverRoutes} from '../../protocol/dist/routes.js';
import type {HeldArchive} from '../../toolchain/archive-cache.js';
import type {BodyMemory} from './body-memory.js';
import type {Allocation} from './scheduler-link.js';

/** A toolchain of a hundred megabytes over a slow line. */
const uploadMs = 20 * 60_000;
/** Objects with all their debug information. */
const answerLimitBytes = 1024 * 1024 * 1024;

const inflateAll = promisify(inflate);

export interface JobResult {
	readonly output: ProcessOutput;
	/** By their names as they were asked for. */
	readonly outputs: ReadonlyMap<string, Buffer>;
	readonly report: JobReport;
}

/** The server of one allocation. Whatever is wrong with it: AppError SERVER_FAILED, or what Connections.send throws. */
export class ServerLink {
	readonly #connections: Connections;
	readonly #bodies: BodyMemory;
	readonly #allocation: Allocation;

	constructor(connections: Connections, bodies: BodyMemory, allocation: Allocation) {
		this.#connections = connections;
		this.#bodies = bodies;
		this.#allocation = allocation;
	}

	/** Throws AppError TOOLCHAIN_REFUSED when the server can't take it. */
	async submitToolchain({path, sizeBytes}: HeldArchive, signal: AbortSignal): Promise<void> {
		const answer = await this.#post(serverRoutes.submitToolchain, {
			headers: {'content-length': String(sizeBytes)},
			body: createReadStream(path, {highWaterMark: 1024 * 1024}),
			timeoutMs: uploadMs,
			askFirst: this.#extended,
			signal,
		});
		const {kind} = decode(submitToolchainResponse, answer.body);
		if (kind !== 'Success') {
			throw new AppError('TOOLCHAIN_REFUSED', `${this.#allocation.server} answered ${kind}`);
		}
	}

	/** 'needsToolchain': submit it, and run again. */
	async run(
		request: RunJobRequest,
		inputs: Inputs,
		deadlineMs: number,
		signal: AbortSignal,
	): Promise<JobResult | 'needsToolchain'> {
		const {server} = this.#allocation;
		const head = encode(runJobRequest, request);
		const length = Buffer.alloc(4);
		length.writeUInt32BE(head.length);
		const archive = encodeInputs(inputs);
		const encoding = this.#extended ? 'identity' : 'zlib';
		const body = this.#extended
			? this.#bodies.join([length, head, ...archive])
			: Readable.from(zlibBody([length, head], archive));
		const answer = await this.#post(serverRoutes.runJob, {
			headers: {
				[extensionHeaders.inputsEncoding]: encoding,
				[extensionHeaders.outputsEncoding]: encoding,
				[extensionHeaders.deadlineMs]: String(Math.round(deadlineMs)),
			},
			body,
			timeoutMs: deadlineMs,
			signal,
		});
		const response = decode(runJobResponse, answer.body);
		if (response.kind === 'JobNotFound') {
			if (answer.headers[extensionHeaders.needToolchain] !== undefined) return 'needsToolchain';
			throw failed(`${server} does not know the job`);
		}
		// It ran the job: it has had all of the body.
		if (body instanceof Buffer) this.#bodies.giveBack(body);
		const plain = answer.headers[extensionHeaders.outputsEncoding] === 'identity';
		const outputs = await Promise.all(
			response.value.outputs.map(async ([name, [bytes, sizeBytes]]) => {
				const content = plain ? bytes : await inflateAll(bytes, {maxOutputLength: sizeBytes + 1});
				if (content.length !== sizeBytes) throw failed(`${server} sent a part of ${name}`);
				return [name, content] as const;
			}),
		);
		return {
			output: response.value.output,
			outputs: new Map(outputs),
			report: reportOf(answer.headers[extensionHeaders.report]),
		};
	}

	get #extended(): boolean {
		return this.#allocation.chosen.extensions > 0;
	}

	async #post(
		route: string,
		request: {
			headers: Record<string, string>;
			body: Buffer | Readable;
			timeoutMs: number;
			askFirst?: boolean;
			signal: AbortSignal;
		},
	): Promise<IncomingAnswer> {
		const {server, jobId, token, pin} = this.#allocation;
		const answer = await this.#connections.send({
			method: 'POST',
			url: `https://${server}${route}/${jobId}`,
			token,
			pin,
			keepAlive: this.#extended,
			answerLimitBytes,
			...request,
		});
		if (answer.status !== 200) {
			throw failed(`${server} answered with status ${answer.status}: ${description(answer.body)}`);
		}
		return answer;
	}
}

async function* zlibBody(head: readonly Buffer[], archive: readonly Buffer[]) {
	yield* head;
	yield* Readable.from(archive).pipe(createDeflate({level: constants.Z_BEST_SPEED}));
}

function description(body: Buffer): string {
	try {
		return String((JSON.parse(body.toString('utf8')) as {description?: unknown}).description);
	} catch {
		return 'without a reason';
	}
}

function reportOf(header: string | string[] | undefined): JobReport {
	try {
		return jobReport.parse(JSON.parse(String(header)));
	} catch {
		return {};
	}
}

function failed(message: string): AppError {
	return new AppError('SERVER_FAILED', message);
}
