import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {tellCompile} from '../../../src/client/tell-compile.js';
import type {Level} from '../../../src/lib/levels.js';
import {createLog, type Log} from '../../../src/lib/log.js';
import {everything} from '../../../src/lib/log-filter.js';
import {openStatistics} from '../../../src/stats/open-stats.js';
import type {CompileRecord} from '../../../src/stats/record.js';
import {compileRecord} from '../../stats/compile-record.js';
import {output} from '../bench.js';
import {type Figure, type Measured, median, times} from '../figure.js';
import {inTurns, wallMs} from '../spawn-timer.js';

const hit: CompileRecord = {...compileRecord, outcome: 'directHit', source: 'hello.c'};
/** A flush a second, on a machine that is busy. */
const recordsAFlush = 1000;
const rounds = 20;

/** What statistics and log take of a direct hit: by the same calls as the daemon makes, beside a hit as the shim's caller sees it. */
export const hitRecords: Figure = {
	name: 'hit-records',
	needs: [],
	async measure(bench, effort) {
		const daemon = await bench.startDaemon('records-daemon');
		const command = [bench.ours('hello.c')];
		const turn = (count: number) =>
			inTurns(bench.place(daemon), {first: 0, count, file: output}, command)[0] ?? [];
		turn(10);
		const hitMs = wallMs(turn(times(400, effort)));
		await daemon.stop();
		const measured: Measured[] = [];
		for (const level of ['warn', 'info'] as const) {
			const recordMs = recordsTake(join(bench.folder, `records-${level}`), level, effort);
			measured.push({
				name: `statistics and log (${level}), of a direct hit, hello.c`,
				value: (100 * recordMs) / hitMs,
				unit: '%',
				target: {atMost: 3},
				from: {recordMs, hitMs},
			});
		}
		return measured;
	},
};

/** Milliseconds a record: kept, told, and written to the database with others. */
function recordsTake(dir: string, level: Level, effort: number): number {
	mkdirSync(dir);
	const statistics = openStatistics({
		dir,
		now: Date.now,
		onError: error => {
			throw error;
		},
	});
	const log = logAt(level);
	const round = () => {
		const startedMs = performance.now();
		for (let count = 0; count < recordsAFlush; count++) {
			statistics.record({...hit, atMs: Date.now()});
			tellCompile(log, hit);
		}
		statistics.flush();
		return (performance.now() - startedMs) / recordsAFlush;
	};
	round();
	const taken = Array.from({length: times(rounds, effort)}, round);
	statistics.close();
	return median(taken);
}

function logAt(level: Level): Log {
	const write = () => {};
	const style = {format: 'text', prefixed: true, millis: false} as const;
	const filter = everything(level);
	return createLog({target: 'sccache::daemon', filter, style, now: Date.now, write});
}
