import {promisify} from 'node:util';
import {inflate} from 'node:zlib';
import {decodeBody} from '../http/content.js';
import {AppError, systemCode} from '../lib/errors.js';
import type {Encoding} from '../protocol/dist/extensions.js';
import {type InputReference, inputReferences} from '../protocol/dist/input-reference.js';
import {
	checkedPath,
	decodeInputs,
	type InputFile,
	type Inputs,
	InputsError,
} from '../protocol/dist/inputs-tar.js';
import {type RunJobRequest, runJobRequest} from '../protocol/dist/messages.js';

/** Client --> server, with run_job. */
export interface JobBody {
	readonly request: RunJobRequest;
	/** Paths are Unicode here, as those of the command are. */
	readonly inputs: Inputs;
	/** As they came; undefined towards a client that knows none. */
	readonly references: Buffer | undefined;
}

export interface BodyLimits {
	/** Of the inputs' archive. */
	readonly inflatedBytes: number;
	/** Inflated by deflated bytes, where `alwaysBytes` are allowed in any case. */
	readonly ratio: number;
	readonly alwaysBytes: number;
}

/** Sources shrink to a fifth, machine-made tables to a fiftieth; zlib's own limit is 1032. */
export const usualBodyLimits: BodyLimits = {
	inflatedBytes: 1024 ** 3,
	ratio: 200,
	alwaysBytes: 32 * 1024 ** 2,
};

/**
 * `u32 big-endian length | RunJobRequest | references | inputs`. `knownBytes`: of the references, undefined where there are none in v1. Throws
 * REQUEST_MALFORMED or REQUEST_TOO_LARGE.
 */
export async function readJobBody(
	body: Buffer,
	encoding: Encoding,
	knownBytes: number | undefined,
	limits: BodyLimits,
): Promise<JobBody> {
	const length = body.length < 4 ? Number.POSITIVE_INFINITY : body.readUInt32BE();
	if (body.length < 4 + length) throw malformed('the body ends before the request does');
	const request = decodeBody(runJobRequest, body.subarray(4, 4 + length));
	const known = body.subarray(4 + length, 4 + length + (knownBytes ?? 0));
	if (known.length < (knownBytes ?? 0)) throw malformed('the body ends before its references do');
	const rest = body.subarray(4 + length + known.length);
	const archive = encoding === 'identity' ? rest : await inflated(rest, limits);
	return {
		request,
		inputs: inputsIn(archive),
		references: knownBytes === undefined ? undefined : known,
	};
}

/** Throws REQUEST_MALFORMED. */
export function referencesIn(bytes: Buffer): readonly InputReference[] {
	return decodeBody(inputReferences, bytes);
}

/** A reference's path as a latin1 string. Throws REQUEST_MALFORMED. */
export function placeOf(path: InputReference['path']): string {
	return checked(() => checkedPath(path.toString('latin1')));
}

/** The file that a reference means. Throws REQUEST_MALFORMED. */
export function referred(
	{path, mode, mtimeS, digest}: InputReference,
	bytes: Buffer,
): InputFile & {readonly digest: Buffer} {
	return {path: unicode(placeOf(path)), mode: mode & 0o777, mtimeS, digest, bytes};
}

const inflateAsync = promisify<Buffer, object, Buffer>(inflate);

async function inflated(bytes: Buffer, limits: BodyLimits): Promise<Buffer> {
	const {inflatedBytes, ratio, alwaysBytes} = limits;
	const maxOutputLength = Math.min(inflatedBytes, Math.max(alwaysBytes, bytes.length * ratio));
	try {
		return await inflateAsync(bytes, {maxOutputLength, chunkSize: chunkBytes(bytes.length)});
	} catch (error) {
		if (systemCode(error) === 'ERR_BUFFER_TOO_LARGE') {
			throw new AppError(
				'REQUEST_TOO_LARGE',
				`the inputs inflate to over ${maxOutputLength} bytes`,
			);
		}
		throw malformed(`the inputs are no zlib stream (${systemCode(error)})`);
	}
}

/** Few steps for what is likely. */
const chunkBytes = (deflated: number): number =>
	Math.min(1024 ** 2, Math.max(16_384, deflated * 4));

function inputsIn(archive: Buffer): Inputs {
	const {files, folders} = checked(() => decodeInputs(archive));
	return {
		files: files.map(file => ({...file, path: unicode(file.path)})),
		folders: folders.map(unicode),
	};
}

function checked<Value>(read: () => Value): Value {
	try {
		return read();
	} catch (error) {
		if (error instanceof InputsError) throw malformed(error.message);
		throw error;
	}
}

function unicode(path: string): string {
	const bytes = Buffer.from(path, 'latin1');
	const text = bytes.toString('utf8');
	if (text.includes('\uFFFD') && !Buffer.from(text, 'utf8').equals(bytes)) {
		throw malformed('the name of an input is not UTF-8');
	}
	return text;
}

function malformed(message: string): AppError {
	return new AppError('REQUEST_MALFORMED', message);
}
