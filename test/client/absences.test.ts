import test from 'ava';
import {Absences} from '../../src/client/absences.js';
import type {ShimConnection} from '../../src/client/shim-connection.js';
import {EACCES, ENOENT, failure, fileMode, folderMode, secondNs, stampOf} from './stamps.js';

/** Absences over files that are nothing but stamps; `missing`: errno of all that is not there. */
function machine(missing: number = ENOENT) {
	const clock = {nowNs: 1_000_000n * secondNs + 1n};
	const files = new Map([['/', stampOf(1n, folderMode)]]);
	const stat = async (paths: readonly string[]) =>
		Buffer.concat(paths.map(path => files.get(path) ?? failure(missing)));
	const absences = new Absences(() => clock.nowNs);
	const shim = {stat} as unknown as ShimConnection;
	return {
		clock,
		files,
		/** What is asked of the shim for the list, and what is found. */
		async look(absent: readonly string[], cwd = '/src') {
			const question = absences.question(absent, cwd);
			const asked = question.paths.length;
			return {
				asked,
				appeared: await absences.appeared(shim, question, await stat(question.paths)),
			};
		},
	};
}

const listIn = (folder: string) => Array.from({length: 40}, (_, n) => `${folder}/h${n}.h`);

test('of a list that is asked for again, and of others with the same paths, the folder alone is asked', async t => {
	const {files, look} = machine();
	files.set('/inc', stampOf(5n, folderMode));
	const list = listIn('/inc');
	t.deepEqual([(await look(list)).asked, (await look(list)).asked], [40, 40]);
	t.is((await look(list)).asked, 1);
	t.is((await look([...list])).asked, 1);
	t.is((await look([...list, '/inc/deep/other.h'])).asked, 2);
	files.set('/inc/h7.h', stampOf(6n, fileMode)).set('/inc', stampOf(6n, folderMode));
	t.is((await look([...list])).appeared, '/inc/h7.h');
	t.is((await look(list)).appeared, '/inc/h7.h');
});

test('what may not be looked at may be there: no folder stands for it', async t => {
	const {files, look} = machine(EACCES);
	files.set('/home', stampOf(5n, folderMode));
	// Below a folder that can't be searched: by its relative path it can be seen.
	const list = listIn('.');
	for (let round = 0; round < 3; round++) t.is((await look(list, '/home/closed/src')).asked, 40);
	files.set('./h3.h', stampOf(6n, fileMode));
	t.is((await look(list, '/home/closed/src')).appeared, './h3.h');
});

test('relative paths are others in another folder', async t => {
	const {files, look} = machine();
	files.set('/a', stampOf(5n, folderMode)).set('/b', stampOf(5n, folderMode));
	const list = listIn('.');
	for (let round = 0; round < 2; round++) await look(list, '/a');
	t.is((await look(list, '/a')).asked, 1);
	t.is((await look(list, '/b')).asked, 40);
});

test('a folder stands for nothing until it has kept still for longer than the clock of its file system ticks', async t => {
	const wholeNs = 1_000_000n * secondNs;
	const fineNs = wholeNs + 1n;
	for (const [changedNs, changedAgoNs, isTrusted] of [
		[fineNs, 90_000_000n, false],
		[fineNs, 110_000_000n, true],
		[wholeNs, 1_900_000_000n, false],
		[wholeNs, 2_200_000_000n, true],
	] as const) {
		const {clock, files, look} = machine();
		clock.nowNs = changedNs + changedAgoNs;
		files.set('/inc', stampOf(changedNs, folderMode));
		const list = listIn('/inc');
		for (let round = 0; round < 2; round++) await look(list);
		t.is((await look(list)).asked, isTrusted ? 1 : 40, `${changedAgoNs}`);
	}
});

test('a folder that changed is left alone for a minute; what was known before does not undo what is known since', async t => {
	const {clock, files, look} = machine();
	files.set('/inc', stampOf(5n, folderMode));
	const lists = [listIn('/inc'), listIn('/inc'), listIn('/inc')] as const;
	await look(lists[0]);
	for (const list of lists) await look(list);
	for (const list of lists) t.is((await look(list)).asked, 1);
	files.set('/inc', stampOf(6n, folderMode));
	t.is((await look(lists[0])).asked, 1, 'and its paths, since it changed');
	for (let round = 0; round < 3; round++) t.is((await look(lists[0])).asked, 40);
	clock.nowNs += 61n * secondNs;
	await look(lists[0]);
	t.is((await look(lists[0])).asked, 1);
	// This list still knows the folder as it was at first.
	t.is((await look(lists[1])).appeared, undefined);
	t.is((await look(lists[0])).asked, 1);
	t.is((await look(lists[1])).asked, 1);
});
