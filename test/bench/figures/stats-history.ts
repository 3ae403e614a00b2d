import {join, resolve} from 'node:path';
import {openToRead, openToWrite} from '../../../src/lib/open-sqlite-file.js';
import {closeSqlite} from '../../../src/lib/sqlite.js';
import {dayStartMs, localDay} from '../../../src/stats/local-day.js';
import {openStatistics} from '../../../src/stats/open-stats.js';
import type {CompileRecord} from '../../../src/stats/record.js';
import {statisticsSchema} from '../../../src/stats/schema.js';
import {Tables} from '../../../src/stats/tables.js';
import {groupings} from '../../../src/stats/views.js';
import {output} from '../bench.js';
import {type Figure, median, times} from '../figure.js';
import {inTurns} from '../spawn-timer.js';

const compiles = 10_000_000;
const days = 730;
const dayMs = 24 * 60 * 60 * 1000;
/** Shorter than any day of a year. */
const busyMs = 22 * 60 * 60 * 1000;
const lastDay = localDay(Date.UTC(2026, 0, 1, 12));
const endMs = dayStartMs(lastDay + 1);

const program = resolve(import.meta.dirname, '../../../bin/sccache-gentoo');

/** The commands of a user with two years of compiles, each as a whole process. */
export const statsHistory: Figure = {
	name: 'stats-history',
	needs: [],
	async measure(bench, effort) {
		const count = times(compiles, effort);
		const dir = join(bench.folder, 'history');
		fill(dir, count);
		const env = {
			PATH: process.env.PATH,
			HOME: bench.folder,
			SCCACHE_DIR: dir,
			SCCACHE_CONF: join(bench.folder, 'none'),
			SCCACHE_SERVER_UDS: join(bench.folder, 'none.sock'),
		};
		const since = `@${(endMs - 30.4 * dayMs) / 1000}`;
		const views: readonly (readonly string[])[] = [
			[],
			...groupings.map(by => ['--by', by]),
			['--since', since],
			['--by', 'package', '--since', since],
			['--by', 'day', '--package', 'dev-libs/name1'],
			['--line', '--package', '=dev-libs/name1-1.1'],
		];
		const place = {program: join(bench.folder, 'spawn-timer'), cwd: bench.work, env};
		const time = (args: readonly string[]) => {
			const [runs = []] = inTurns(place, {first: 0, count: 7, file: output}, [
				['/bin/sh', '-c', 'exec "$@" >/dev/null', 'sh', program, 'stats', ...args],
			]);
			return {
				name: args.join(' ') || 'totals',
				ms: Math.min(...runs.map(run => run.wallNs)) / 1e6,
				// One thread: with nothing else to do for the machine, it takes as long.
				cpuMs: median(runs.map(run => run.cpuUs)) / 1e3,
			};
		};
		const took = views.map(time);
		const slowest = took.reduce((one, other) => (other.cpuMs > one.cpuMs ? other : one));
		const start = time(['--help']);
		return [
			{
				name: `CPU of stats of ${count} compiles, slowest of ${views.length} views: ${slowest.name}`,
				value: slowest.cpuMs,
				unit: 'ms',
				target: {atMost: 1000},
				from: {
					rows: sumRows(dir),
					startMs: start.ms,
					startCpuMs: start.cpuMs,
					...Object.fromEntries(
						took.flatMap(({name, ms, cpuMs}) => [
							[`${name} ms`, ms],
							[`${name} CPU ms`, cpuMs],
						]),
					),
				},
			},
		];
	},
};

function sumRows(dir: string): number {
	const database = openToRead({path: join(dir, 'stats.db'), schema: statisticsSchema});
	const rows = database.prepare('SELECT count(*) FROM days').pluck().get() as number;
	database.close();
	return rows;
}

/**
 * Builds of 300 packages, twenty a day, on a host with two compilers and a farm of eight servers. The last 90 days as the daemon keeps
 * them; of earlier ones only their sums are left, which are written at once.
 */
function fill(dir: string, count: number): void {
	const next = random(1);
	const aDay = Math.ceil(count / days);
	const ofDay = (day: number): readonly CompileRecord[] => {
		const packages = Array.from({length: 20}, () => packageOf(Math.floor(next() ** 2 * 300), day));
		const startMs = dayStartMs(lastDay - days + 1 + day);
		return Array.from({length: aDay}, (_, n) => {
			const which = packages[Math.floor((n * packages.length) / aDay)] as string;
			return compileOf(which, n, startMs + Math.floor((n * busyMs) / aDay), next);
		});
	};
	const statistics = openStatistics({
		dir,
		now: () => endMs,
		onError: error => {
			throw error;
		},
	});
	for (let day = days - 90; day < days; day++) {
		for (const [index, compile] of ofDay(day).entries()) {
			statistics.record(compile);
			if (index % 2000 === 1999) statistics.flush();
		}
		statistics.flush();
	}
	statistics.close();
	const database = openToWrite({path: join(dir, 'stats.db'), schema: statisticsSchema});
	const tables = new Tables(database);
	for (let day = 0; day < days - 90; day++) tables.addSums(ofDay(day));
	closeSqlite(database);
}

const packageOf = (index: number, day: number): string =>
	`dev-libs/name${index}-1.${Math.floor(day / 60)}`;

const uncacheable = [
	'__TIME__',
	'-fplugin',
	'precompiled header',
	'.incbin',
	'multiple input files',
];
const stayed = [
	'there was room here',
	'there was room here first',
	'as soon done here',
	'assembler',
];

function compileOf(
	packageVersion: string,
	n: number,
	atMs: number,
	next: () => number,
): CompileRecord {
	const isC = next() < 0.4;
	const base: CompileRecord = {
		atMs,
		package: packageVersion,
		cwd: `/var/tmp/portage/${packageVersion}/work/build/${n % 20}`,
		compiler: `/usr/bin/x86_64-pc-linux-gnu-${isC ? 'gcc' : 'g++'}${next() < 0.1 ? '-13' : ''}`,
		family: 'gcc',
		language: isC ? 'c' : 'c++',
		source: `../src/file-${n % 700}.c`,
		outcome: 'directHit',
		reason: '',
		server: '',
		tier: '',
		notDistributed: '',
		failedServers: [],
		elapsedMs: 2,
		compileMs: 0,
		savedMs: 800,
		sizeBytes: 30_000,
		writeError: false,
		recached: false,
		storeMs: 0,
		lostMs: 0,
	};
	const ran = {...base, elapsedMs: 820, compileMs: 800, savedMs: 0, lostMs: 20, storeMs: 3};
	const dice = next();
	if (dice < 0.6) return dice < 0.05 ? {...base, outcome: 'preprocessedHit'} : base;
	if (dice < 0.75) return {...ran, outcome: 'miss', server: `192.0.2.${1 + (n % 8)}:10501`};
	if (dice < 0.9) return {...ran, outcome: 'miss', notDistributed: pick(stayed, next)};
	if (dice < 0.94) return {...ran, outcome: 'notCacheable', reason: pick(uncacheable, next)};
	if (dice < 0.98) return {...base, outcome: 'notCompile', reason: 'link', savedMs: 0};
	return {...ran, outcome: 'failed', storeMs: 0};
}

const pick = (from: readonly string[], next: () => number): string =>
	from[Math.floor(next() * from.length)] as string;

/** The same numbers each time (mulberry32). */
function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
