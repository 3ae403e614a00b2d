import {createReadStream} from 'node:fs';
import {basename} from 'node:path';
import {Readable} from 'node:stream';
import {promisify} from 'node:util';
import {constants, createDeflate, inflate} from 'node:zlib';
import type {Connections, IncomingAnswer} from '../../http/client.js';
import {AppError} from '../../lib/errors.js';
import type {Log} from '../../lib/log.js';
import {decode, encode} from '../../protocol/dist/bincode.js';
import {extensionHeaders, type JobReport, jobReport} from '../../protocol/dist/extensions.js';
import {encodeInputs} from '../../protocol/dist/inputs-tar.js';
import {
	type ProcessOutput,
	type RunJobRequest,
	type RunJobResponse,
	runJobRequest,
	runJobResponse,
	submitToolchainResponse,
} from '../../protocol/dist/messages.js';
import {serverRoutes} from '../../protocol/dist/routes.js';
import type {HeldArchive} from '../../toolchain/archive-cache.js';
import type {Distribution} from './distribution.js';
import type {DigestedInputs} from './inputs-there.js';
import type {Allocation} from './scheduler-link.js';
import {tellUpload} from './tell-toolchains.js';

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

/** `onSent`: the server has all that it needs, so that the compile can begin. */
export interface RunHow {
	readonly deadlineMs: number;
	readonly signal: AbortSignal;
	/** No kept result will do. */
	readonly isFresh?: boolean;
	readonly onSent?: () => void;
}

interface JobBody {
	readonly body: Buffer | Readable;
	readonly headers: Readonly<Record<string, string>>;
}

type JobAnswer = Pick<IncomingAnswer, 'headers'> & {readonly response: RunJobResponse};

/** The server of one allocation. Whatever is wrong with it: AppError SERVER_FAILED, or what Connections.send throws. */
export class ServerLink {
	readonly #connections: Connections;
	readonly #bodies: Distribution['bodies'];
	readonly #inputsThere: Distribution['inputsThere'];
	readonly #allocation: Allocation;

	constructor(
		{
			connections,
			bodies,
			inputsThere,
		}: Pick<Distribution, 'connections' | 'bodies' | 'inputsThere'>,
		allocation: Allocation,
	) {
		this.#connections = connections;
		this.#bodies = bodies;
		this.#inputsThere = inputsThere;
		this.#allocation = allocation;
	}

	/** Throws AppError TOOLCHAIN_REFUSED when the server can't take it. */
	async submitToolchain(
		{path, sizeBytes}: HeldArchive,
		signal: AbortSignal,
		log?: Log,
	): Promise<void> {
		const body = createReadStream(path, {highWaterMark: 1024 * 1024});
		const posted = this.#post(serverRoutes.submitToolchain, {
			headers: {'content-length': String(sizeBytes)},
			body,
			timeoutMs: uploadMs,
			askFirst: this.#extended,
			signal,
		});
		const {server} = this.#allocation;
		const upload = {toolchain: basename(path), server, sizeBytes, sentBytes: () => body.bytesRead};
		const answer = await (log === undefined ? posted : tellUpload(log, upload, posted));
		const {kind} = decode(submitToolchainResponse, answer.body);
		if (kind !== 'Success') {
			throw new AppError('TOOLCHAIN_REFUSED', `${server} answered ${kind}`);
		}
	}

	/** 'needsToolchain': submit it, and run again. */
	async run(
		request: RunJobRequest,
		inputs: DigestedInputs,
		how: RunHow,
	): Promise<JobResult | 'needsToolchain'> {
		const {server, pin} = this.#allocation;
		const send = () => this.#sendJob(this.#jobBody(request, inputs), how);
		let answer = await send();
		if (answer.headers[extensionHeaders.needInputs] !== undefined) {
			this.#inputsThere.forget(pin);
			answer = await send();
		}
		const {response} = answer;
		if (response.kind === 'JobNotFound') {
			if (answer.headers[extensionHeaders.needToolchain] !== undefined) return 'needsToolchain';
			throw failed(`${server} does not know the job`);
		}
		if (this.#extended) this.#inputsThere.had(pin, inputs);
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

	#jobBody(request: RunJobRequest, inputs: DigestedInputs): JobBody {
		const head = encode(runJobRequest, request);
		const length = Buffer.alloc(4);
		length.writeUInt32BE(head.length);
		if (!this.#extended) {
			const body = Readable.from(zlibBody([length, head], encodeInputs(inputs)));
			return {body, headers: {[extensionHeaders.inputsEncoding]: 'zlib'}};
		}
		const {known, rest} = this.#inputsThere.toSend(this.#allocation.pin, inputs);
		return {
			body: this.#bodies.join([length, head, known, ...encodeInputs(rest)]),
			headers: {
				[extensionHeaders.inputsEncoding]: 'identity',
				[extensionHeaders.inputsKnown]: String(known.length),
			},
		};
	}

	async #sendJob(
		{body, headers}: JobBody,
		{deadlineMs, signal, isFresh, onSent}: RunHow,
	): Promise<JobAnswer> {
		const answer = await this.#post(serverRoutes.runJob, {
			headers: {
				...headers,
				[extensionHeaders.outputsEncoding]: this.#extended ? 'identity' : 'zlib',
				[extensionHeaders.deadlineMs]: String(Math.round(deadlineMs)),
				...(isFresh && {[extensionHeaders.fresh]: '1'}),
			},
			body,
			timeoutMs: deadlineMs,
			signal,
			...(onSent && {onSent}),
		});
		const response = decode(runJobResponse, answer.body);
		const {needInputs} = extensionHeaders;
		// Then the server has had all of the body; else the connection may still read it.
		const isRead = response.kind === 'Complete' || answer.headers[needInputs] !== undefined;
		if (body instanceof Buffer && isRead) this.#bodies.giveBack(body);
		return {response, headers: answer.headers};
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
			onSent?: () => void;
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
