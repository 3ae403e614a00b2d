import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {claimBuildFolder, markerName} from '../../src/sandbox/build-folder.js';

const base = mkdtempSync(join(tmpdir(), 'build-folder-'));
test.after.always(() => rmSync(base, {recursive: true, force: true}));

let serial = 0;
const newFolder = (): string => join(base, `${serial++}`, 'build');
/** No process has it: beyond the largest process id of Linux. */
const dead = '4194305 1\n';

test('a folder that is missing is made, an empty one is taken', t => {
	for (const folder of [newFolder(), newFolder()]) {
		if (serial % 2 === 0) mkdirSync(folder, {recursive: true});
		t.deepEqual(readdirSync(claimBuildFolder(folder, process.pid)), []);
		t.deepEqual(readdirSync(folder).toSorted(), [markerName, 'builds']);
	}
});

test('what a dead server left is swept, links not followed; what lies beside is not', t => {
	const folder = newFolder();
	const outside = newFolder();
	mkdirSync(outside, {recursive: true});
	writeFileSync(join(outside, 'kept'), '');
	mkdirSync(join(folder, 'builds/room-1/upper'), {recursive: true});
	symlinkSync(outside, join(folder, 'builds/room-1/upper/link'));
	writeFileSync(join(folder, 'beside'), '');
	writeFileSync(join(folder, markerName), dead);
	t.deepEqual(readdirSync(claimBuildFolder(folder, process.pid)), []);
	t.true(existsSync(join(folder, 'beside')));
	t.true(existsSync(join(outside, 'kept')));
});

test('a folder that is not ours is refused, and stays as it is', t => {
	const folder = newFolder();
	mkdirSync(join(folder, 'builds'), {recursive: true});
	writeFileSync(join(folder, 'builds/precious'), '');
	t.throws(() => claimBuildFolder(folder, process.pid), {code: 'SANDBOX_UNAVAILABLE'});
	t.deepEqual(readdirSync(folder), ['builds']);
	t.true(existsSync(join(folder, 'builds/precious')));
});

test('a folder in which others can write is refused', t => {
	const folder = newFolder();
	mkdirSync(folder, {recursive: true});
	chmodSync(folder, 0o777);
	t.throws(() => claimBuildFolder(folder, process.pid), {
		code: 'SANDBOX_UNAVAILABLE',
		message: /others/,
	});
});

test('a file in its place is refused', t => {
	writeFileSync(join(base, 'file'), '');
	t.throws(() => claimBuildFolder(join(base, 'file/below'), process.pid), {
		code: 'SANDBOX_UNAVAILABLE',
	});
	t.throws(() => claimBuildFolder(join(base, 'file'), process.pid), {code: 'SANDBOX_UNAVAILABLE'});
});

test('of two living servers the second is refused; a process id used again is none', t => {
	const folder = newFolder();
	claimBuildFolder(folder, process.ppid);
	t.throws(() => claimBuildFolder(folder, process.pid), {message: /another server/});
	const text = readFileSync(join(folder, markerName), 'utf8');
	writeFileSync(join(folder, markerName), text.replace(/ \d+/, ' 1'));
	t.notThrows(() => claimBuildFolder(folder, process.pid));
});
