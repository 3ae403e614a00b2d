import {Lru} from '../../lib/lru.js';
import {encode} from '../../protocol/dist/bincode.js';
import {inputReferences} from '../../protocol/dist/input-reference.js';
import type {InputFile, Inputs} from '../../protocol/dist/inputs-tar.js';

export interface DigestedFile extends InputFile {
	/** SHA-256 of the content, hex. */
	readonly digest: string;
}

export interface DigestedInputs extends Inputs {
	readonly files: readonly DigestedFile[];
}

/** A reference takes about as much. */
const leastBytes = 256;
const mostServers = 200;
const mostDigests = 20_000;

/** Which contents the servers have had from us. A server that was started again has another certificate, and nothing. */
export class InputsThere {
	readonly #servers = new Lru<string, Lru<string, true>>(mostServers);

	/** What to send to the server with this certificate: `known` in the place of files that it should have. */
	toSend(pin: string, inputs: DigestedInputs): {readonly known: Buffer; readonly rest: Inputs} {
		const had = this.#servers.get(pin);
		const known: DigestedFile[] = [];
		const files: DigestedFile[] = [];
		for (const file of inputs.files) {
			const isKnown = file.bytes.length >= leastBytes && had?.get(file.digest) === true;
			(isKnown ? known : files).push(file);
		}
		return {known: encode(inputReferences, known.map(reference)), rest: {...inputs, files}};
	}

	/** The server had all of these. */
	had(pin: string, {files}: DigestedInputs): void {
		const digests = this.#servers.get(pin) ?? new Lru<string, true>(mostDigests);
		this.#servers.set(pin, digests);
		for (const {digest} of files) digests.set(digest, true);
	}

	/** The server lacked one, and most likely more. */
	forget(pin: string): void {
		this.#servers.delete(pin);
	}
}

function reference({path, mode, mtimeS, digest}: DigestedFile) {
	return {
		path: Buffer.from(path, 'latin1'),
		mode,
		mtimeS: Math.max(0, mtimeS),
		digest: Buffer.from(digest, 'hex'),
	};
}
