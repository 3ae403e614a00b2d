import {type KeyedFile, resultKey} from '../results/result-key.js';
import {compileEnvironment} from './environment.js';
import {type JobBody, placeOf, referencesIn} from './job-body.js';
import {inputFacts, type KnownInputs} from './known-inputs.js';

/**
 * By what the result of a job may be kept; undefined: by nothing. All digests in it are this server's own: of what is sent, and of what
 * references lead to, which is kept under no other. What is sent is kept for later references, from clients that make any.
 */
export function jobKey(
	knownInputs: KnownInputs,
	toolchain: string,
	{request, inputs, references}: JobBody,
): string | undefined {
	const factsOf =
		references === undefined ? inputFacts : (bytes: Buffer) => knownInputs.keep(bytes);
	const sent = inputs.files.map(({path, mode, mtimeS, bytes}) => ({
		...{path: toLatin1(path), mode, mtimeS},
		...factsOf(bytes),
	}));
	const referred = references === undefined ? [] : referredFiles(knownInputs, references);
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
function referredFiles(
	knownInputs: KnownInputs,
	references: Buffer,
): readonly KeyedFile[] | undefined {
	const files: KeyedFile[] = [];
	for (const {path, mode, mtimeS, digest} of referencesIn(references)) {
		const marks = knownInputs.marksOf(digest);
		if (marks === undefined) return undefined;
		files.push({
			path: placeOf(path),
			...{mode: mode & 0o777, mtimeS, marks},
			digest: digest.toString('hex'),
		});
	}
	return files;
}

const toLatin1 = (path: string): string => Buffer.from(path, 'utf8').toString('latin1');
