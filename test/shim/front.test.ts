import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {inPlace, type Place} from './place.js';

/** How much memory the front may waste, as front.c has it. */
const nodeOption = '--max-semi-space-size=8';

/** A front that says how it was called, where the shim looks first. */
function fakeFront(place: Place): string {
	mkdirSync(join(place.folder, 'src/bin'), {recursive: true});
	const path = join(place.folder, 'src/bin/sccache.js');
	writeFileSync(path, '');
	place.script('node', 'echo "$* [$SCCACHE_START_SERVER]"; exit 5');
	return `${nodeOption} ${place.shims}/../src/bin/sccache.js`;
}

test("options, and no arguments at all, are the front's", t =>
	inPlace(async place => {
		const front = fakeFront(place);
		for (const args of [['--show-stats'], ['-s', 'x y'], []]) {
			const ended = await place.run('sccache', args, {env: {PATH: `${place.real}:/usr/bin:/bin`}});
			t.is(ended.stdout.toString(), `${[front, ...args].join(' ')} []\n`);
			t.is(ended.code, 5);
		}
	}));

test("with SCCACHE_START_SERVER=1 all is the front's", t =>
	inPlace(async place => {
		const front = fakeFront(place);
		const env = {PATH: `${place.real}:/usr/bin:/bin`, SCCACHE_START_SERVER: '1'};
		for (const args of [[], ['gcc', 'x'], ['--show-stats']]) {
			const ended = await place.run('sccache', args, {env});
			t.is(ended.stdout.toString(), `${[front, ...args].join(' ')} [1]\n`);
		}
	}));

test('SCCACHE_START_SERVER does not matter to a compiler', t =>
	inPlace(async place => {
		place.fakeCompiler();
		t.is((await place.run('gcc', ['x'], {env: {SCCACHE_START_SERVER: '1'}})).code, 9);
	}));

test('without Node there is a clear error', t =>
	inPlace(async place => {
		const ended = await place.run('sccache', ['--version'], {env: {PATH: place.real}});
		t.is(ended.stderr.toString(), 'sccache: node: command not found\n');
		t.is(ended.code, 127);
		writeFileSync(join(place.real, 'node'), '', {mode: 0o644});
		t.is((await place.run('sccache', ['--version'], {env: {PATH: place.real}})).code, 126);
	}));

test('a shim that lies elsewhere takes the installed front', t =>
	inPlace(async place => {
		place.script('node', 'echo "$2"');
		const ended = await place.run('sccache', ['--version'], {env: {PATH: place.real}});
		t.is(ended.stdout.toString(), '/usr/lib/sccache-gentoo/src/bin/sccache.js\n');
		t.false(existsSync(join(place.folder, 'src')));
	}));
