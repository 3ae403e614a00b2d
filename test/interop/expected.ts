import {readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {UpstreamClient} from './upstream-client.js';

export interface Unit {
	readonly program: string;
	readonly source: string;
	readonly options: readonly string[];
}

/** As what upstream's client sends the text that the preprocessor made. */
const preprocessedAs: Readonly<Record<string, string>> = {
	gcc: 'cpp-output',
	'g++': 'c++-cpp-output',
};

/**
 * What the compiler here makes of the job that upstream's client sends: of preprocessed text under the name of its source. With debug
 * information that is not what it makes of the source itself.
 */
export async function objectOfJob(
	client: UpstreamClient,
	{program, source, options}: Unit,
): Promise<Buffer> {
	const path = join(client.work, source);
	const {stdout} = await client.plain(program, ['-E', source, ...options]);
	renameSync(path, `${path}.kept`);
	try {
		writeFileSync(path, stdout);
		const language = preprocessedAs[program] ?? 'none';
		const job = ['-x', language, '-c', source, '-o', 'expected.o', '-fpreprocessed', ...options];
		const {code, stderr} = await client.plain(program, job);
		if (code !== 0) throw new Error(stderr);
		return readFileSync(join(client.work, 'expected.o'));
	} finally {
		renameSync(`${path}.kept`, path);
	}
}
