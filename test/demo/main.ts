import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {createLinks} from '../../src/links/folder.js';
import {startDaemon} from '../helpers/private-daemon.js';
import {table} from '../helpers/table.js';
import {demoJobs, type Job} from './jobs.js';
import {Interrupted, type Outcome, runPass} from './pass.js';

// A private daemon and cache, real sources, three passes: the plain compiler, a cold cache, a warm one.

const packageFolder = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'sccache-demo-'));
// The compile at hand dies by it too, and what ends the pass cleans up.
process.once('SIGINT', () => {});
process.exitCode = await demo()
	.catch(error => {
		if (error instanceof Interrupted) return 130;
		throw error;
	})
	.finally(() => rmSync(folder, {recursive: true, force: true}));

async function demo(): Promise<number> {
	const {jobs, leftOut} = demoJobs(packageFolder);
	for (const text of leftOut) say(`left out: ${text}`);
	const links = join(folder, 'links');
	const work = join(folder, 'work');
	mkdirSync(work);
	createLinks({folder: links, program: join(packageFolder, 'dist/bin/sccache')}, ['gcc', 'g++']);

	const daemon = await startDaemon(join(folder, 'daemon'));
	try {
		say(`compiling ${jobs.length} times: plain, cold cache, warm cache ...`);
		const plain = runPass('plain', jobs, {folder: work, programs: plainFolder(), env: process.env});
		const shims = {folder: work, programs: links, env: daemon.env};
		const cold = runPass('cold', jobs, shims);
		const before = daemon.counters();
		const warm = runPass('warm', jobs, shims);
		const hits = daemon.counters().hits - before.hits;
		say(`\n${report(jobs, plain, cold, warm)}`);
		return verdict({jobs, plain, cold, warm, hits});
	} finally {
		await daemon.stop();
	}
}

/** Where PATH has the compiler: what the shims will find behind themselves. */
function plainFolder(): string {
	const {stdout} = spawnSync('sh', ['-c', 'command -v gcc'], {encoding: 'utf8'});
	return dirname(stdout.trim());
}

function report(
	jobs: readonly Job[],
	plain: readonly Outcome[],
	cold: readonly Outcome[],
	warm: readonly Outcome[],
): string {
	const row = (name: string, a: number, b: number, c: number) => [
		name,
		a.toFixed(2),
		b.toFixed(2),
		c.toFixed(3),
		`${(a / c).toFixed(0)}x`,
	];
	const rows = jobs.map((job, index) =>
		row(job.name, seconds(plain[index]), seconds(cold[index]), seconds(warm[index])),
	);
	return table([
		['seconds', 'plain', 'cold', 'warm', 'plain/warm'],
		...rows,
		row('all', total(plain), total(cold), total(warm)),
	]);
}

function seconds(outcome: Outcome | undefined): number {
	return outcome?.seconds ?? Number.NaN;
}

function total(outcomes: readonly Outcome[]): number {
	return outcomes.reduce((sum, outcome) => sum + outcome.seconds, 0);
}

/** The exit code: 0 when every object is the plain compiler's and every warm compile a hit. */
function verdict(result: {
	readonly jobs: readonly Job[];
	readonly plain: readonly Outcome[];
	readonly cold: readonly Outcome[];
	readonly warm: readonly Outcome[];
	readonly hits: number;
}): number {
	const {jobs, plain, cold, warm, hits} = result;
	const differing = jobs.filter(
		(_, index) => !same(plain[index], cold[index]) || !same(plain[index], warm[index]),
	);
	for (const job of differing) say(`DIFFERS from the plain compiler's: ${job.name}`);
	if (differing.length === 0)
		say("objects and dependency files: identical to the plain compiler's");
	say(`hits on the warm pass: ${hits} of ${jobs.length}`);
	return differing.length === 0 && hits === jobs.length ? 0 : 1;
}

function same(a: Outcome | undefined, b: Outcome | undefined): boolean {
	return Boolean(a && b && a.object.equals(b.object) && a.dependencies.equals(b.dependencies));
}

function say(text: string): void {
	process.stdout.write(`${text}\n`);
}
