import {arch} from 'node:os';
import type {Connections, IncomingAnswer} from '../../http/client.js';
import {AppError} from '../../lib/errors.js';
import {decode, encode} from '../../protocol/dist/bincode.js';
import {
	type ClientReport,
	type ClientReportReply,
	clientReportReply,
} from '../../protocol/dist/client-report.js';
import {
	type ChosenServer,
	chosenServer,
	extensionHeaders,
	type JobRequirements,
} from '../../protocol/dist/extensions.js';
import {
	type AllocJobResponse,
	allocJobResponse,
	schedulerStatus,
	toolchain,
} from '../../protocol/dist/messages.js';
import {schedulerRoutes} from '../../protocol/dist/routes.js';

/** How often a scheduler that is away is looked for, in the background. */
const retryMs = 5000;
const statusTimeoutMs = 5000;
/** It is asked to wait no longer at once, and must answer soon after that: a scheduler that is silent is not waited for. */
const askMs = 10_000;
const answerMs = 5000;
/** The same for one of several: the next may have answered long ago. One of v1 answers when it can. */
const hastyMs = 2000;

export interface Allocation {
	readonly jobId: number;
	/** Who gave it: a URL. */
	readonly scheduler: string;
	/** ip:port */
	readonly server: string;
	readonly token: string;
	readonly needToolchain: boolean;
	/** SHA-256 in hex. */
	readonly pin: string;
	readonly chosen: ChosenServer;
}

export interface SchedulerLinkOptions {
	/** With a `/` at its end. */
	readonly url: string;
	/** Whether another scheduler can be asked instead. */
	readonly hasOthers?: boolean;
	readonly token: string;
	readonly connections: Connections;
	readonly onError: (error: unknown) => void;
	/** It answers, after it was lost. */
	readonly onBack?: () => void;
}

/** The way to one scheduler. When it is away that costs one failed request, and then nothing until it is back. */
export class SchedulerLink {
	readonly #options: SchedulerLinkOptions;
	#away = false;
	/** Its last answer had extensions. */
	#extended = false;
	#retry: NodeJS.Timeout | undefined;

	constructor(options: SchedulerLinkOptions) {
		this.#options = options;
	}

	get url(): string {
		return this.#options.url;
	}

	get isAway(): boolean {
		return this.#away;
	}

	/**
	 * Waits until `job.waitMs` are over, unless the scheduler itself is silent before. Throws AppError SCHEDULER_REFUSED for a scheduler that
	 * has no server or takes no token, and what Connections.send throws.
	 */
	async allocate(
		archiveId: string,
		job: Omit<JobRequirements, 'arch'>,
		signal: AbortSignal,
	): Promise<Allocation> {
		const endMs = performance.now() + job.waitMs;
		for (;;) {
			const leftMs = Math.max(0, Math.round(endMs - performance.now()));
			const waitMs = Math.min(this.#isHasty ? hastyMs : askMs, leftMs);
			const answer = await this.#ask(archiveId, {...job, waitMs}, signal);
			const response = decode(allocJobResponse, answer.body);
			if (response.kind === 'Success') return allocation(response.value, answer, this.url);
			const mayChange = answer.headers[extensionHeaders.askAgain] !== undefined;
			if (!mayChange || waitMs === leftMs) throw refused(response.value.msg);
		}
	}

	/** Tells that a server was never reached, without waiting for what comes of it. */
	withdraw(jobId: number): void {
		if (!this.#extended || this.#away) return;
		const {url, token, connections} = this.#options;
		const request = {
			method: 'DELETE',
			url: new URL(`${schedulerRoutes.job}/${jobId}`, url).href,
			token,
			timeoutMs: answerMs,
		} as const;
		connections.send(request).catch(() => {});
	}

	/**
	 * Tells it of this host, unless it is known to be away; whether it answers is not held against it. 'refused': it takes no reports, as
	 * one of v1.
	 */
	async report(report: ClientReport): Promise<ClientReportReply | 'refused' | 'away'> {
		if (this.#away) return 'away';
		const {url, token, connections} = this.#options;
		try {
			const {status, headers, body} = await connections.send({
				method: 'POST',
				url: new URL(schedulerRoutes.clientReport, url).href,
				headers: {'content-type': 'application/json'},
				body: Buffer.from(JSON.stringify(report)),
				token,
				timeoutMs: answerMs,
				keepAlive: this.#extended,
			});
			this.#extended = headers[extensionHeaders.level] !== undefined;
			if (status >= 500) return 'away';
			return status === 200 && this.#extended ? replyIn(body) : 'refused';
		} catch (error) {
			if (error instanceof AppError) return 'away';
			throw error;
		}
	}

	close(): void {
		clearInterval(this.#retry);
	}

	get #isHasty(): boolean {
		return this.#options.hasOthers === true && this.#extended;
	}

	async #ask(
		archiveId: string,
		job: Omit<JobRequirements, 'arch'>,
		signal: AbortSignal,
	): Promise<IncomingAnswer> {
		const {url, hasOthers = false, token, connections} = this.#options;
		let answer: IncomingAnswer;
		try {
			answer = await connections.send({
				method: 'POST',
				url: new URL(schedulerRoutes.allocJob, url).href,
				headers: {
					'content-type': 'application/octet-stream',
					[extensionHeaders.job]: headerJson({arch: machine(), ...job}),
				},
				body: encode(toolchain, {archiveId}),
				token,
				timeoutMs: job.waitMs + (this.#isHasty ? hastyMs : answerMs),
				...(hasOthers ? {connectTimeoutMs: hastyMs} : {}),
				keepAlive: this.#extended,
				signal,
			});
			this.#extended = answer.headers[extensionHeaders.level] !== undefined;
		} catch (error) {
			if (!signal.aborted) this.#lose(error);
			throw error;
		}
		if (answer.status !== 200) {
			const error = refused(`the scheduler answered with status ${answer.status}`);
			if (hasOthers || answer.status !== 503) this.#lose(error);
			throw error;
		}
		return answer;
	}

	#lose(error: unknown): void {
		if (this.#away) return;
		this.#away = true;
		this.#options.onError(error);
		this.#retry = setInterval(() => void this.#look(), retryMs);
		this.#retry.unref();
	}

	async #look(): Promise<void> {
		const {url, hasOthers = false, connections} = this.#options;
		try {
			const {status, body} = await connections.send({
				method: 'GET',
				url: new URL(schedulerRoutes.status, url).href,
				timeoutMs: statusTimeoutMs,
				keepAlive: false,
			});
			if (status !== 200) return;
			// One that has just begun may not know the servers yet; another does.
			if (hasOthers && decode(schedulerStatus, body).numServers === 0) return;
		} catch {
			return;
		}
		this.#away = false;
		this.#options.onBack?.();
		clearInterval(this.#retry);
	}
}

function allocation(
	{jobAlloc, needToolchain, certDigest}: (AllocJobResponse & {kind: 'Success'})['value'],
	{headers}: IncomingAnswer,
	scheduler: string,
): Allocation {
	return {
		jobId: jobAlloc.jobId,
		scheduler,
		server: jobAlloc.serverId,
		token: jobAlloc.auth,
		needToolchain,
		pin: certDigest.toString('hex'),
		chosen: knownOf(headers[extensionHeaders.server]),
	};
}

function replyIn(body: Buffer): ClientReportReply | 'refused' {
	try {
		return clientReportReply.parse(JSON.parse(body.toString('utf8')));
	} catch {
		return 'refused';
	}
}

/** A v1 scheduler says nothing of the server. */
function knownOf(header: string | string[] | undefined): ChosenServer {
	try {
		return chosenServer.parse(JSON.parse(String(header)));
	} catch {
		return {extensions: 0, speed: 1};
	}
}

/** Names may have any letters; a header takes none but those of ASCII. */
function headerJson(value: unknown): string {
	return JSON.stringify(value).replace(
		/[^ -~]/g,
		unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}

/** As uname -m says it. */
function machine(): string {
	const names: Record<string, string> = {x64: 'x86_64', arm64: 'aarch64', ia32: 'i686'};
	return names[arch()] ?? arch();
}

function refused(message: string): AppError {
	return new AppError('SCHEDULER_REFUSED', message);
}
