import test from 'ava';
import {Absences} from '../../../src/client/absences.js';
import {SearchMemory} from '../../../src/client/dist/search-memory.js';
import type {PathStates} from '../../../src/client/path-states.js';
import type {ShimConnection} from '../../../src/client/shim-connection.js';
import {ENOENT, failure, fileMode, folderMode, secondNs, stampOf} from '../stamps.js';

/** Compiles that look for the same headers in two folders, the second of which has them. */

const names = Array.from({length: 40}, (_, n) => `h${n}.h`);

function compiles() {
	const nowNs = 1_000_000n * secondNs + 1n;
	const files = new Map(['/', '/early', '/late'].map(folder => [folder, stampOf(1n, folderMode)]));
	for (const name of names) files.set(`/late/${name}`, stampOf(2n, fileMode));
	const questions: (readonly string[])[] = [];
	const stat = async (paths: readonly string[]) => {
		questions.push(paths);
		return Buffer.concat(paths.map(path => files.get(path) ?? failure(ENOENT)));
	};
	const shim = {stat} as unknown as ShimConnection;
	const absences = new Absences(() => nowNs);
	const memory = new SearchMemory({quote: [], bracket: ['/early', '/late'], forced: []});
	return {
		files,
		/** What a compile of these headers asks, and what it takes them to be. */
		async compile(of: readonly string[] = names) {
			questions.length = 0;
			const states: PathStates = await memory.look(shim, absences, '/src');
			const lookups = of.map(name => ({
				candidates: [`/early/${name}`, `/late/${name}`],
				probe: false,
				next: false,
			}));
			await states.learn(lookups);
			memory.remember(states, new Set(lookups.flatMap(({candidates}) => candidates)));
			const found = of.map(
				name =>
					['/early', '/late'].find(folder => states.of(`${folder}/${name}`).state === 'file') ??
					'none',
			);
			return {found: [...new Set(found)].sort(), asked: questions.map(paths => paths.length)};
		},
	};
}

test('the next compile asks for all in one question, and soon for a folder in the place of what is not there', async t => {
	const {compile} = compiles();
	t.deepEqual((await compile()).asked, [80]);
	t.deepEqual((await compile()).asked, [80]);
	// Here it is looked for what stands for the absent ones.
	await compile();
	t.deepEqual(await compile(), {found: ['/late'], asked: [41]});
});

test('what appears, changes or goes is seen by the next compile', async t => {
	const {compile, files} = compiles();
	for (let round = 0; round < 4; round++) await compile();
	files.set('/early/h3.h', stampOf(3n, fileMode)).set('/early', stampOf(3n, folderMode));
	t.deepEqual((await compile()).found, ['/early', '/late']);
	files.delete('/early/h3.h');
	files.set('/early', stampOf(4n, folderMode));
	t.deepEqual((await compile()).found, ['/late']);
	files.delete('/late/h5.h');
	t.deepEqual((await compile()).found, ['/late', 'none']);
	files.set('/late/h5.h', stampOf(5n, fileMode));
	t.deepEqual((await compile()).found, ['/late']);
});

test('another compile asks for what it needs beside, and the rest is forgotten once it is most of it', async t => {
	const {compile} = compiles();
	await compile(names.slice(0, 20));
	t.deepEqual((await compile()).asked, [40, 40]);
	t.deepEqual((await compile()).asked, [80]);
	for (let round = 0; round < 10; round++) await compile(names.slice(0, 3));
	// The folder, and three headers.
	t.deepEqual((await compile(names.slice(0, 3))).asked, [4]);
});
