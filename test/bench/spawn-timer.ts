import {spawnSync} from 'node:child_process';
import {median} from './figure.js';

export type Command = readonly string[];

/** One run: nanoseconds on the clock, microseconds of CPU of the command and its children. */
export interface Run {
	readonly wallNs: number;
	readonly cpuUs: number;
}

/** The median, in milliseconds. */
export const wallMs = (runs: readonly Run[]): number =>
	median(runs.map(({wallNs}) => wallNs)) / 1e6;

/** Where it runs, and with which environment. */
export interface Place {
	readonly program: string;
	readonly cwd: string;
	readonly env: NodeJS.ProcessEnv;
}

/** Runs the commands in turn; a list of runs for each. `file`, which they write, is removed before each run. */
export function inTurns(
	place: Place,
	turns: {readonly first: number; readonly count: number; readonly file: string},
	commands: readonly Command[],
): readonly (readonly Run[])[] {
	const {first, count, file} = turns;
	const said = runTimer(place, ['turns', `${first}`, `${count}`, file], commands);
	const runs: Run[][] = commands.map(() => []);
	for (const line of said.trimEnd().split('\n')) {
		const [command, wallNs, cpuUs] = line.split(' ').map(Number);
		runs[command ?? Number.NaN]?.push({wallNs: wallNs ?? 0, cpuUs: cpuUs ?? 0});
	}
	return runs;
}

/** Runs `count` commands, so many at once; nanoseconds until the last has ended. */
export function inCrowd(
	place: Place,
	crowd: {readonly first: number; readonly count: number; readonly width: number},
	commands: readonly Command[],
): number {
	const {first, count, width} = crowd;
	return Number(runTimer(place, ['crowd', `${first}`, `${count}`, `${width}`], commands));
}

function runTimer(
	{program, cwd, env}: Place,
	args: readonly string[],
	commands: readonly Command[],
): string {
	const {status, stdout, stderr} = spawnSync(
		program,
		[...args, ...commands.flatMap(command => ['--', ...command])],
		{cwd, env, encoding: 'utf8', maxBuffer: 1 << 30},
	);
	if (status !== 0) throw new Error(`the timer failed: ${stderr}`);
	return stdout;
}
