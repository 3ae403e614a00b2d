import {execFileSync, spawnSync} from 'node:child_process';
import {
	existsSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {ArchiveCache} from '../../src/toolchain/archive-cache.js';
import {type AskCompiler, askHere} from '../../src/toolchain/ask-compiler.js';
import {Packer, type Packing, type ToolchainSetting} from '../../src/toolchain/packer.js';
import {archiveOf} from './tar-of.js';
import {tempFolder} from './temp-folder.js';

interface Setup {
	readonly packer: Packer;
	readonly archives: ArchiveCache;
	/** How often a compiler was asked for its version: once for each packing. */
	readonly packings: () => number;
	readonly folder: string;
	/** Of how packing goes. */
	readonly told: readonly Packing[];
	nowMs: number;
}

interface Options {
	readonly folder?: string;
	readonly limitBytes?: number;
	readonly settings?: readonly ToolchainSetting[];
}

async function setUp(
	t: {teardown(run: () => void): void},
	{folder = tempFolder(t), limitBytes = 1e9, settings = []}: Options = {},
): Promise<Setup> {
	let packings = 0;
	const ask: AskCompiler = argv => {
		if (argv[1] === '-v') packings++;
		return askHere(argv);
	};
	const archives = await ArchiveCache.open({folder: join(folder, 'tc'), limitBytes, now: Date.now});
	const setup = {nowMs: Date.now(), archives, folder, packings: () => packings};
	const told: Packing[] = [];
	const packer = new Packer({
		...{folder, archives, settings, ask, now: () => setup.nowMs},
		onPacking: packing => told.push(packing),
	});
	return Object.assign(setup, {packer, told});
}

/** Small, so that packing it is quick; what a compiler is asked for, it answers. */
function smallCompiler(folder: string, name = 'gcc'): string {
	const source = join(folder, 'c.c');
	writeFileSync(
		source,
		`#include <stdio.h>
#include <string.h>
int main(int n, char **v) {
	if (n > 1 && strcmp(v[1], "-v") == 0) fputs("gcc version 13 (small)\\n", stderr);
	else if (n > 1 && strcmp(v[1], "-print-search-dirs") == 0) puts("install: ${folder}/");
	else if (n > 1 && strncmp(v[1], "-print-prog-name=", 17) == 0) puts("${folder}/${name}");
	else puts("none");
	return 0;
}\n`,
	);
	execFileSync('gcc', ['-o', join(folder, name), source]);
	return join(folder, name);
}

test('a compiler is packed once while everybody goes on, and then ready', async t => {
	const {packer, packings, archives, folder} = await setUp(t);
	const name = {compiler: smallCompiler(folder), digest: 'd1'};
	for (let count = 0; count < 5; count++) t.deepEqual(packer.ready(name), {state: 'packing'});
	await packer.settled();
	const ready = packer.ready(name);
	if (ready.state !== 'ready') return t.fail(JSON.stringify(ready));
	t.is(ready.executable, name.compiler);
	t.true(archives.has(ready.archiveId));
	t.is(packings(), 1);
	const held = await packer.acquire(ready.archiveId);
	t.true(readFileSync(held?.path ?? '').length > 1000);
	held?.release();
	return undefined;
});

test('it tells of each packing how it goes, and why one fails', async t => {
	const {packer, told, folder} = await setUp(t);
	const compiler = smallCompiler(folder);
	packer.ready({compiler, digest: 'd1'});
	await packer.settled();
	const [begun, ...rest] = told;
	const packed = rest.pop();
	t.deepEqual(begun, {state: 'begun', compiler});
	t.true(packed?.state === 'packed' && packed.archive.sizeBytes > 1000);
	t.true(rest.length > 0);
	let doneBytes = 0;
	for (const going of rest) {
		if (going.state !== 'going on') return t.fail(going.state);
		t.true(going.progress.doneBytes >= doneBytes);
		doneBytes = going.progress.doneBytes;
		t.true(doneBytes <= going.progress.totalBytes);
	}
	packer.ready({compiler: join(folder, 'c.c'), digest: 'd2'});
	await packer.settled();
	const last = told.at(-1);
	t.true(last?.state === 'failed' && /c\.c is a script or no program/.test(last.reason));
	t.is(told.filter(({state}) => state === 'packed').length, 1);
	return undefined;
});

test('what was packed is remembered by the next process, and packed again when its archive went', async t => {
	const first = await setUp(t);
	const {folder} = first;
	const name = {compiler: smallCompiler(folder), digest: 'd1'};
	first.packer.ready(name);
	await first.packer.settled();
	const ready = first.packer.ready(name);
	const second = await setUp(t, {folder});
	t.deepEqual(second.packer.ready(name), ready);
	t.is(second.packings(), 0);
	await second.archives.remove(ready.state === 'ready' ? ready.archiveId : '');
	t.is(second.packer.ready(name).state, 'packing');
	await second.packer.settled();
	t.deepEqual(second.packer.ready(name), ready);
	t.is(second.packer.ready({...name, digest: 'd2'}).state, 'packing');
	await second.packer.settled();
});

test('two packers of one folder share one packing', async t => {
	const one = await setUp(t);
	const two = await setUp(t, {folder: one.folder});
	const name = {compiler: smallCompiler(one.folder), digest: 'd1'};
	t.is(one.packer.ready(name).state, 'packing');
	t.is(two.packer.ready(name).state, 'packing');
	await Promise.all([one.packer.settled(), two.packer.settled()]);
	t.is(one.packings() + two.packings(), 1);
	t.is(two.packer.ready(name).state, 'ready');
	t.deepEqual(readdirSync(join(one.folder, 'toolchain_tmp')), []);
});

test('a claim that a dead process left holds nobody up', async t => {
	const {packer, folder} = await setUp(t);
	const name = {compiler: smallCompiler(folder), digest: 'd1'};
	packer.ready(name);
	const [mark] = readdirSync(join(folder, 'toolchain_tmp')).filter(file => file.length === 64);
	await packer.settled();
	const claim = join(folder, 'toolchain_tmp', mark ?? 'none');
	writeFileSync(claim, `${spawnSync('true').pid}.1`);
	rmSync(join(folder, 'weak_map.json'));
	const next = await setUp(t, {folder});
	next.packer.ready(name);
	await next.packer.settled();
	t.is(next.packer.ready(name).state, 'ready');
	t.false(existsSync(claim));
});

test('a damaged map is ignored and made anew', async t => {
	const folder = tempFolder(t);
	const name = {compiler: smallCompiler(folder), digest: 'd1'};
	for (const damaged of ['{"a":', '[1]', '{"a": "../../etc/passwd"}', '']) {
		writeFileSync(join(folder, 'weak_map.json'), damaged);
		const {packer} = await setUp(t, {folder});
		t.is(packer.ready(name).state, 'packing', damaged);
		await packer.settled();
		t.is(packer.ready(name).state, 'ready', damaged);
	}
	const map = JSON.parse(readFileSync(join(folder, 'weak_map.json'), 'utf8'));
	t.is(Object.keys(map).length, 1);
	t.is(statSync(join(folder, 'weak_map.json')).mode & 0o777, 0o600);
});

test('what can not be packed is refused with its reason for a while, and then tried again', async t => {
	const setup = await setUp(t);
	const {packer, folder} = setup;
	const compiler = join(folder, 'script');
	writeFileSync(compiler, '#!/bin/sh\nexec gcc "$@"\n', {mode: 0o755});
	const name = {compiler, digest: 'd1'};
	t.is(packer.ready(name).state, 'packing');
	await packer.settled();
	const refused = packer.ready(name);
	t.is(refused.state, 'refused');
	t.regex(refused.state === 'refused' ? refused.reason : '', /script/);
	smallCompiler(folder, 'script');
	t.is(packer.ready(name).state, 'refused');
	setup.nowMs += 11 * 60_000;
	t.is(packer.ready(name).state, 'packing');
	await packer.settled();
	t.is(packer.ready(name).state, 'ready');
});

test('a toolchain larger than the cache is refused, not an error of the compile', async t => {
	const {packer, folder} = await setUp(t, {limitBytes: 1000});
	const name = {compiler: smallCompiler(folder), digest: 'd1'};
	packer.ready(name);
	await packer.settled();
	const refused = packer.ready(name);
	t.regex(refused.state === 'refused' ? refused.reason : '', /does not fit/);
});

test('a compiler that changed while it was packed is not taken for the one it was', async t => {
	const {packer, folder} = await setUp(t);
	const name = {compiler: smallCompiler(folder), digest: 'd1', isStillThat: () => false};
	packer.ready(name);
	await packer.settled();
	t.is(packer.ready(name).state, 'refused');
	t.false(existsSync(join(folder, 'weak_map.json')));
});

test("no_dist refuses, and path_override sends the user's archive under its digest", async t => {
	const folder = tempFolder(t);
	const archive = join(folder, 'own.tar.gz');
	const id = await archiveOf(archive, [{path: 'usr/bin/gcc', content: 'gcc'}]);
	const settings: readonly ToolchainSetting[] = [
		{type: 'no_dist', compilerExecutable: '/usr/bin/clang'},
		{
			type: 'path_override',
			compilerExecutable: '/usr/bin/gcc',
			archive,
			archiveCompilerExecutable: '/inside/gcc',
		},
	];
	const {packer, packings} = await setUp(t, {folder, settings});
	t.regex(JSON.stringify(packer.ready({compiler: '/usr/bin/clang', digest: 'd'})), /no_dist/);
	const name = {compiler: '/usr/bin/gcc', digest: 'd'};
	t.deepEqual(packer.ready(name), {state: 'packing'});
	await packer.settled();
	const ready = {state: 'ready', archiveId: id, executable: '/inside/gcc'} as const;
	t.deepEqual(packer.ready(name), ready);
	t.is((await packer.acquire(id))?.path, archive);
	const changed = await archiveOf(archive, [{path: 'usr/bin/gcc', content: 'newer'}]);
	utimesSync(archive, 2_000_000, 2_000_000);
	t.is(packer.ready(name).state, 'packing');
	await packer.settled();
	t.deepEqual(packer.ready(name), {...ready, archiveId: changed});
	t.is(await packer.acquire(id), undefined);
	rmSync(archive);
	t.regex(JSON.stringify(packer.ready(name)), /can't be read/);
	t.is(packings(), 0);
});
