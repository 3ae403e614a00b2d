import {createHash} from 'node:crypto';
import {Lru} from '../lib/lru.js';
import {type KeyedFile, resultKey} from '../results/result-key.js';
import {compileEnvironment} from './environment.js';
import {type JobBody, placeOf, referencesIn} from './job-body.js';
import {inputFacts, type KnownInputs} from './known-inputs.js';

/** As many as there are layers of inputs that jobs have in common. */
const mostSets = 64;

/** By what results of jobs are kept. All digests in it are this server's own: of what is sent, and of what references lead to. */
export class JobKeys {
	readonly #knownInputs: KnownInputs;
	/** By the digest of their references. */
	readonly #referred = new Lru<string, readonly KeyedFile[]>(mostSets);

	constructor(knownInputs: KnownInputs) {
		this.#knownInputs = knownInputs;
	}

	/** Undefined: by nothing. What was sent is kept for later references, from clients that make any. Throws REQUEST_MALFORMED. */
	keyOf(toolchain: string, {request, inputs, references}: JobBody): string | undefined {
		const factsOf =
			references === undefined ? inputFacts : (bytes: Buffer) => this.#knownInputs.keep(bytes);
		const sent = inputs.files.map(({path, mode, mtimeS, bytes}) => ({
			...{path: toLatin1(path), mode, mtimeS},
			...factsOf(bytes),
		}));
		const referred = references === undefined ? [] : this.#referredFiles(references);
		if (referred === undefined) return undefined;
		const {executable, envVars} = request.command;
		return resultKey({
			...{toolchain, request},
			files: [...referred, ...sent],
			folders: inputs.folders.map(toLatin1),
			environment: compileEnvironment(envVars, executable),
		});
	}

	/** Undefined when too little is known of one of them. */
	#referredFiles(references: Buffer): readonly KeyedFile[] | undefined {
		const digest = createHash('sha256').update(references).digest('base64');
		const known = this.#referred.get(digest);
		if (known !== undefined) return known;
		const files: KeyedFile[] = [];
		for (const {path, mode, mtimeS, digest: content} of referencesIn(references)) {
			const marks = this.#knownInputs.marksOf(content);
			if (marks === undefined) return undefined;
			files.push({
				path: placeOf(path),
				...{mode: mode & 0o777, mtimeS, marks},
				digest: content.toString('hex'),
			});
		}
		this.#referred.set(digest, files);
		return files;
	}
}

const toLatin1 = (path: string): string => Buffer.from(path, 'utf8').toString('latin1');
