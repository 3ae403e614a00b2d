import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import type {Job} from './jobs.js';

/** What one compile of one pass came to. */
export interface Outcome {
	readonly seconds: number;
	readonly object: Buffer;
	readonly dependencies: Buffer;
}

/** A compile died by a signal: the user has had enough. */
export class Interrupted extends Error {}

/** Compiles every job in the one folder, since debug information names it, and keeps what each wrote. */
export function runPass(
	name: string,
	jobs: readonly Job[],
	where: {readonly folder: string; readonly programs: string; readonly env: NodeJS.ProcessEnv},
): readonly Outcome[] {
	const kept = join(where.folder, name);
	mkdirSync(kept);
	return jobs.map(job => {
		const start = process.hrtime.bigint();
		const {status, signal, stderr} = spawnSync(join(where.programs, job.compiler), job.args, {
			cwd: where.folder,
			env: where.env,
			encoding: 'utf8',
		});
		const seconds = Number(process.hrtime.bigint() - start) / 1e9;
		if (signal) throw new Interrupted(signal);
		if (status !== 0) throw new Error(`${job.name} does not compile:\n${stderr}`);
		return {
			seconds,
			object: keep(job.output, where.folder, kept),
			dependencies: keep(job.output.replace(/o$/, 'd'), where.folder, kept),
		};
	});
}

/** Out of the next pass's way, so that it can't be taken for its work. */
function keep(file: string, from: string, to: string): Buffer {
	renameSync(join(from, file), join(to, file));
	return readFileSync(join(to, file));
}
