import {promisify} from 'node:util';
import {deflate} from 'node:zlib';
import {valueAnswer} from '../http/content.js';
import {levelOf} from '../http/extension-level.js';
import type {Answer, Request} from '../http/route.js';
import {AppError} from '../lib/errors.js';
import {
	type Encoding,
	encodings,
	extensionHeaders,
	type JobReport,
} from '../protocol/dist/extensions.js';
import {runJobResponse} from '../protocol/dist/messages.js';
import type {Obtained} from './obtain-result.js';

/**
 * The result as the client is to have it. Throws JOB_KILLED for a command that did not come to its own end: what it did then says
 * nothing of the compile.
 */
export async function jobAnswer(
	request: Pick<Request, 'headers'>,
	obtained: Obtained,
): Promise<Answer> {
	const {result} = obtained;
	const {exit, exceeded, stdout, stderr} = result;
	if (exceeded !== undefined) throw killed(`it went over its limit: ${exceeded}`);
	if ('signal' in exit) throw killed(`it died of ${exit.signal}`);
	const encoding = outputsEncoding(request);
	const outputs = await Promise.all(
		result.outputs.map(
			async ({path, bytes}) => [path, [await encoded(bytes, encoding), bytes.length]] as const,
		),
	);
	const code = exitCodeFor(levelOf(request), exit.code);
	return valueAnswer(
		request,
		runJobResponse,
		{kind: 'Complete', value: {output: {code, stdout, stderr}, outputs}},
		{
			[extensionHeaders.outputsEncoding]: encoding,
			[extensionHeaders.report]: JSON.stringify(successReport(obtained)),
		},
	);
}

/** What the scheduler and the client learn of it. */
export function successReport({result, source, isKept}: Obtained): JobReport {
	return {
		...{actualMs: result.wallMs, ok: true},
		...(source === 'run' ? {} : {cached: true}),
		...(isKept ? {kept: true} : {}),
	};
}

/** v1's clients on Unix take the code for a status of wait(2), which has it in its second byte. */
export function exitCodeFor(clientLevel: number, code: number): number {
	return clientLevel > 0 ? code : code << 8;
}

/** The first that the client names and we know. */
function outputsEncoding({headers}: Pick<Request, 'headers'>): Encoding {
	const wanted = headers[extensionHeaders.outputsEncoding];
	if (typeof wanted !== 'string') return 'zlib';
	const known = wanted.split(',').map(name => name.trim());
	return encodings.find(name => name === known.find(one => isEncoding(one))) ?? 'zlib';
}

const isEncoding = (text: string): boolean => encodings.some(name => name === text);

const deflateAsync = promisify<Buffer, object, Buffer>(deflate);

async function encoded(bytes: Buffer, encoding: Encoding): Promise<Buffer> {
	return encoding === 'identity' ? bytes : deflateAsync(bytes, {level: 1, chunkSize: 64 * 1024});
}

function killed(reason: string): AppError {
	return new AppError('JOB_KILLED', `the command was ended: ${reason}`);
}
