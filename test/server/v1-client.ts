import {request} from 'node:https';
import {deflateSync, inflateSync} from 'node:zlib';
import {type Codec, decode, encode} from '../../src/protocol/dist/bincode.js';
import {encodeInputs, type InputFile} from '../../src/protocol/dist/inputs-tar.js';
import {
	assignJobResponse,
	type RunJobRequest,
	runJobRequest,
	runJobResponse,
	submitToolchainResponse,
	toolchain,
} from '../../src/protocol/dist/messages.js';
import {serverRoutes} from '../../src/protocol/dist/routes.js';
import type {PackedToolchain} from './gcc-toolchain.js';
import type {RunningServer} from './running-server.js';

export interface Answer {
	readonly status: number;
	readonly headers: NodeJS.Dict<string | string[]>;
	readonly body: Buffer;
}

export interface Sent {
	readonly path: string;
	readonly token?: string | undefined;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: Buffer;
	readonly method?: string;
	readonly signal?: AbortSignal;
}

/** As Mozilla's client: a connection for each request, the server's certificate as its only root. */
export function send(
	{url, scheduler}: RunningServer,
	{path, token, headers, body, method = 'POST', signal}: Sent,
): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const sent = request(
			`${url}${path}`,
			{
				method,
				ca: scheduler.heartbeat.certPem,
				agent: false,
				headers: {
					connection: 'close',
					...(token === undefined ? {} : {authorization: `Bearer ${token}`}),
					...headers,
				},
				...(signal === undefined ? {} : {signal}),
			},
			response => {
				const chunks: Buffer[] = [];
				response.on('data', chunk => chunks.push(chunk as Buffer));
				response.on('end', () =>
					resolve({
						status: response.statusCode ?? 0,
						headers: response.headers,
						body: Buffer.concat(chunks),
					}),
				);
				response.on('error', reject);
			},
		);
		sent.on('error', reject);
		sent.end(body);
	});
}

const read = <Value>(codec: Codec<Value>, {status, body}: Answer): Value => {
	if (status !== 200) throw new Error(`${status}: ${body.toString()}`);
	return decode(codec, body);
};

const octets = {'content-type': 'application/octet-stream'};

export function assignRequest(job: number, token: string, archiveId: string): Sent {
	const path = `${serverRoutes.assignJob}/${job}`;
	return {path, token, headers: octets, body: encode(toolchain, {archiveId})};
}

/** A scheduler of v1 announces a job. */
export async function assign(server: RunningServer, job: number, archiveId: string) {
	const token = await server.scheduler.token(job);
	return read(assignJobResponse, await send(server, assignRequest(job, token, archiveId)));
}

export async function submit(server: RunningServer, job: number, archive: Buffer, token?: string) {
	const path = `${serverRoutes.submitToolchain}/${job}`;
	const used = token ?? (await server.scheduler.token(job));
	return read(submitToolchainResponse, await send(server, {path, token: used, body: archive})).kind;
}

/** A server that has a toolchain, by job 0. */
export async function provide(
	server: RunningServer,
	{id, archive}: PackedToolchain,
): Promise<void> {
	await assign(server, 0, id);
	const kind = await submit(server, 0, archive);
	if (kind !== 'Success') throw new Error(kind);
}

export interface Compile {
	readonly executable?: string;
	readonly args?: readonly string[];
	readonly cwd?: string;
	readonly env?: readonly (readonly [string, string])[];
	readonly inputs?: readonly InputFile[];
	readonly outputs?: readonly string[];
	readonly folders?: readonly string[];
}

export const input = (path: string, text: string, mtimeS = 1e9): InputFile => ({
	path,
	mode: 0o644,
	mtimeS,
	bytes: Buffer.from(text),
});

export const hello = input(
	'/work/hello.i',
	'int printf(const char *, ...);\nint main(void) { return printf("hello\\n"); }\n',
);

/** The body of run_job; hello.i unless told. */
export function runBody(compile: Compile = {}, archive?: Buffer): Buffer {
	const {executable = '/usr/bin/gcc', cwd = '/work', env = [], inputs = [hello]} = compile;
	const job: RunJobRequest = {
		command: {
			executable,
			arguments: compile.args ?? ['-x', 'cpp-output', '-c', 'hello.i', '-o', 'hello.o', '-O2'],
			envVars: env,
			cwd,
		},
		outputs: compile.outputs ?? [`${cwd}/hello.o`],
	};
	const encoded = encode(runJobRequest, job);
	const length = Buffer.alloc(4);
	length.writeUInt32BE(encoded.length);
	const inputsBytes =
		archive ?? deflateSync(Buffer.concat(encodeInputs({files: inputs, folders: []})), {level: 1});
	return Buffer.concat([length, encoded, inputsBytes]);
}

export function runRequest(job: number, token: string, body: Buffer = runBody()): Sent {
	return {path: `${serverRoutes.runJob}/${job}`, token, body};
}

export function readRun(answer: Answer, encoding: 'zlib' | 'identity' = 'zlib') {
	const response = read(runJobResponse, answer);
	if (response.kind === 'JobNotFound') return response;
	const {output, outputs} = response.value;
	return {
		kind: response.kind,
		code: output.code,
		stdout: output.stdout.toString(),
		stderr: output.stderr.toString(),
		outputs: Object.fromEntries(
			outputs.map(([path, [bytes]]) => [path, encoding === 'zlib' ? inflateSync(bytes) : bytes]),
		),
	};
}

export async function run(server: RunningServer, job: number, compile?: Compile) {
	const token = await server.scheduler.token(job);
	return readRun(await send(server, runRequest(job, token, runBody(compile))));
}
