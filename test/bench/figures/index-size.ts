import {join} from 'node:path';
import {openToWrite} from '../../../src/lib/open-sqlite-file.js';
import {closeSqlite} from '../../../src/lib/sqlite.js';
import {cacheIndex} from '../../../src/store/cache-index.js';
import {nameKind} from '../../../src/store/entries.js';
import {indexSchema} from '../../../src/store/schema.js';
import {type Bench, output} from '../bench.js';
import {type Figure, median, times} from '../figure.js';
import {inTurns} from '../spawn-timer.js';

const few = 1000;
const many = 1_000_000;
const units = 200;
const headersPerUnit = 100;

/** The same units through an index with few entries and one with many. Only the index is filled: a hit reads no other blob. */
export const indexSize: Figure = {
	name: 'index-size',
	needs: [],
	async measure(bench, effort) {
		const entries = times(many, effort);
		const small = await filled(bench, 'small', few);
		const large = await filled(bench, 'large', entries);
		bench.copies('mid.cpp', units);
		const file = output;
		const command = [bench.ours('{n}-mid.cpp', {args: ['-O0']})];
		const wall = {small: [] as number[], large: [] as number[]};
		const places = {small: bench.place(small), large: bench.place(large)};
		for (const place of Object.values(places))
			inTurns(place, {first: 0, count: units, file}, command);
		for (let round = 0; round < 6; round++)
			for (let first = 0; first < units; first += 20)
				for (const size of ['small', 'large'] as const) {
					const [runs] = inTurns(places[size], {first, count: 20, file}, command);
					// The first round brings what the compiles before pushed out.
					if (round > 0) wall[size].push(...(runs ?? []).map(run => run.wallNs));
				}
		for (const daemon of [small, large]) {
			if (daemon.counters().hits !== 6 * units) throw new Error('not every compile was a hit');
			await daemon.stop();
		}
		const smallMs = median(wall.small) / 1e6;
		const largeMs = median(wall.large) / 1e6;
		return [
			{
				name: `direct hit, index of ${entries} / ${few} entries`,
				value: largeMs / smallMs,
				unit: 'ratio',
				target: {atMost: 1.2},
				from: {smallMs, largeMs},
			},
		];
	},
};

/** A daemon that finds this many entries in its cache. */
async function filled(bench: Bench, name: string, entries: number) {
	const path = join(bench.folder, name, 'cache/index.db');
	const database = openToWrite({path, schema: indexSchema});
	const index = cacheIndex(database, true, 64 << 20);
	const digest = (seed: number) => seed.toString(16).padStart(8, '0').repeat(8);
	// Keys are spread as digests are.
	const key = (kind: number, id: number) => digest((Math.imul(id + 1, 0x9e3779b1) + kind) >>> 0);
	const fill = database.transaction((from: number, to: number) => {
		for (let id = from; id < to; id++) {
			const pkg = index.packages.id(`dev-libs/package-${id % 50}`);
			const entry = index.entries.put(key(0, id), 20_000, id, id, pkg);
			index.entries.name(nameKind.preprocessed, key(1, id), entry, id);
			index.entries.name(nameKind.unit, key(2, id), entry, id);
			const includes = Array.from({length: headersPerUnit}, (_, header) => {
				const which = (id % 50) * headersPerUnit + header;
				return {path: `/usr/include/package/header-${which}.h`, digest: digest(which)};
			});
			const resultKey = key(0, id);
			index.manifests.add(key(3, id), {resultKey, includes, absent: [], present: []}, entry, id);
		}
	});
	for (let from = 0; from < entries; from += 20_000) fill(from, Math.min(entries, from + 20_000));
	closeSqlite(database);
	return bench.startDaemon(name, {SCCACHE_CACHE_SIZE: '100G'});
}
