import type {PrivateDaemon} from '../helpers/private-daemon.js';
import {type Bench, cpuSeconds, output} from './bench.js';
import {median} from './figure.js';
import {type Command, inTurns, type Place, type Run, wallMs} from './spawn-timer.js';

/** Of one run, in milliseconds: on the clock, of the shim and what it runs, of the daemon. */
export interface Cost {
	readonly wallMs: number;
	readonly shimMs: number;
	readonly daemonMs: number;
}

export interface Turns {
	/** Until the daemons' code is warm. */
	readonly warmUp: number;
	readonly rounds: number;
	/** Short, so that whatever else the machine does meets both sides alike. */
	readonly each: number;
	/** What a side runs in a turn. */
	readonly commands: (side: number, round: number) => readonly Command[];
}

interface Side {
	readonly daemon: PrivateDaemon;
	readonly place: Place;
	runs: Run[];
}

/** Two daemons in turn, each with its environment: what a run costs on either. */
export async function compareDaemons(
	bench: Bench,
	named: readonly (readonly [name: string, env: NodeJS.ProcessEnv])[],
	{warmUp, rounds, each, commands}: Turns,
): Promise<readonly Cost[]> {
	const sides: Side[] = [];
	for (const [name, env] of named) {
		const daemon = await bench.startDaemon(name, env);
		sides.push({daemon, place: bench.place(daemon), runs: []});
	}
	const play = (first: number, count: number) => {
		for (const side of sides) side.runs = [];
		for (let round = first; round < first + count; round++) {
			const order = round % 2 === 0 ? sides : sides.toReversed();
			for (const side of order) {
				const turn = {first: 0, count: each, file: output};
				side.runs.push(...inTurns(side.place, turn, commands(sides.indexOf(side), round)).flat());
			}
		}
	};
	play(0, warmUp);
	const before = sides.map(({daemon}) => cpuSeconds(daemon.pid));
	play(warmUp, rounds);
	const costs = sides.map(({daemon, runs}, side): Cost => {
		const daemonS = cpuSeconds(daemon.pid) - (before[side] ?? 0);
		return {
			wallMs: wallMs(runs),
			shimMs: median(runs.map(run => run.cpuUs)) / 1000,
			daemonMs: (daemonS * 1000) / runs.length,
		};
	});
	for (const {daemon} of sides) await daemon.stop();
	return costs;
}
