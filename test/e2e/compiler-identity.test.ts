import {spawnSync} from 'node:child_process';
import {
	appendFileSync,
	chmodSync,
	copyFileSync,
	mkdirSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import test from 'ava';
import {Farm, settle} from './farm.js';

/** What really compiles is part of every key, and is looked at on every compile. */

let farm: Farm;
test.before(async () => {
	farm = await Farm.start();
});
test.after.always(() => farm?.close());

const ask = (...args: string[]) => spawnSync('gcc', args, {encoding: 'utf8'}).stdout.trim();

function toolFolder(name: string, ...tools: string[]): string {
	const folder = join(farm.root, name);
	mkdirSync(folder);
	for (const tool of tools) {
		const path = ask(`-print-prog-name=${tool}`);
		const found = path.includes('/') ? path : `/usr/bin/${path}`;
		copyFileSync(found, join(folder, basename(tool)));
	}
	return folder;
}

for (const tool of ['cc1', 'as']) {
	test.serial(`a changed ${tool} is noticed while the daemon runs`, async t => {
		const tools = toolFolder(`tools-${tool}`, tool);
		farm.write(`${tool}.c`, `int ${tool}_f(void) { return 1; }\n`);
		settle();
		const compile = () =>
			farm.during(() => {
				t.is(farm.run('gcc', ['-B', `${tools}/`, '-c', `${tool}.c`]).code, 0);
			});
		t.is((await compile()).misses, 1);
		t.is((await compile()).directHits, 1);
		appendFileSync(join(tools, tool), 'a patch level');
		t.is((await compile()).misses, 1);
		t.is((await compile()).directHits, 1);
	});
}

test.serial('a compiler behind a link that leads elsewhere now is another compiler', async t => {
	const folder = join(farm.root, 'bin');
	mkdirSync(folder);
	const other = join(farm.root, 'other-gcc');
	copyFileSync('/usr/bin/gcc', other);
	appendFileSync(other, 'patched');
	symlinkSync('/usr/bin/gcc', join(folder, 'gcc'));
	farm.write('link.c', 'int link_f(void) { return 1; }\n');
	settle();
	const env = {PATH: `${farm.shims}:${folder}:/usr/bin:/bin`};
	// A copy of gcc does not find cc1 by itself.
	const args = ['-B', dirname(ask('-print-prog-name=cc1')), '-c', 'link.c'];
	const compile = () =>
		farm.during(() => {
			t.is(farm.run('gcc', args, {env}).code, 0);
		});
	t.is((await compile()).misses, 1);
	t.is((await compile()).directHits, 1);
	rmSync(join(folder, 'gcc'));
	symlinkSync(other, join(folder, 'gcc'));
	t.is((await compile()).misses, 1);
});

test.serial('specs that appear beside cc1 are noticed', async t => {
	const tools = toolFolder('tools-specs', 'cc1');
	farm.write('specs.c', '#ifdef FROM_SPECS\nint yes;\n#else\nint no;\n#endif\n');
	settle();
	const args = ['-B', `${tools}/`, '-c', 'specs.c'];
	const compile = () =>
		farm.during(() => {
			t.is(farm.run('gcc', args).code, 0);
			const object = farm.read('specs.o');
			t.is(farm.plain('gcc', args).code, 0);
			t.deepEqual(object, farm.read('specs.o'));
		});
	t.is((await compile()).misses, 1);
	t.is((await compile()).directHits, 1);
	writeFileSync(join(tools, 'specs'), '*cpp:\n+ -DFROM_SPECS\n');
	t.is((await compile()).directHits, 0);
	rmSync(join(tools, 'specs'));
	t.is((await compile()).directHits, 1);
});

test.serial('a compiler that is a script leads to the compiler that it calls', async t => {
	const folder = join(farm.root, 'scripts');
	mkdirSync(folder);
	writeFileSync(join(folder, 'c99'), '#!/bin/sh\nexec gcc -std=c99 "$@"\n');
	chmodSync(join(folder, 'c99'), 0o755);
	spawnSync('ln', [join(farm.shims, 'gcc'), join(farm.shims, 'c99')]);
	farm.write('script.c', 'int script_f(void) { return 1; }\n');
	settle();
	const env = {PATH: `${farm.shims}:${folder}:/usr/bin:/bin`};
	const counted = await farm.during(() => {
		t.is(farm.run('c99', ['-c', 'script.c'], {env}).code, 0);
		t.is(farm.run('c99', ['-c', 'script.c'], {env}).code, 0);
	});
	t.is(counted.misses, 1, JSON.stringify(counted));
	t.is(counted.directHits, 1);
	t.is(counted.fallbacks, 0);
});

test.serial('what calls itself gcc and is not is run as it is', async t => {
	const folder = join(farm.root, 'fakes');
	mkdirSync(folder);
	copyFileSync('/bin/echo', join(folder, 'gcc'));
	const env = {PATH: `${farm.shims}:${folder}:/usr/bin:/bin`};
	const counted = await farm.during(() => {
		t.is(farm.run('gcc', ['-c', 'x.c'], {env}).stdout, '-c x.c\n');
	});
	t.is(counted.notCompile, 1, JSON.stringify(counted));
});

const hasClang = spawnSync('clang', ['--version']).status === 0;
const inClang = hasClang ? test.serial : test.serial.skip;
inClang(
	`clang takes another GCC when gcc-config says so${hasClang ? '' : ' (there is no clang)'}`,
	async t => {
		const root = join(farm.root, 'gentoo');
		const target = 'x86_64-pc-linux-gnu';
		for (const version of ['12', '13']) {
			const folder = join(root, 'usr/lib/gcc', target, version);
			const headers = join(folder, `include/g++-v${version}`);
			mkdirSync(headers, {recursive: true});
			writeFileSync(join(folder, 'crtbegin.o'), '');
			writeFileSync(join(headers, 'version.h'), `#define VERSION ${version}\n`);
			mkdirSync(join(root, 'etc/env.d/gcc'), {recursive: true});
			writeFileSync(
				join(root, 'etc/env.d/gcc', `${target}-${version}`),
				`LDPATH="/usr/lib/gcc/${target}/${version}"\n`,
			);
		}
		const choose = (version: string) =>
			writeFileSync(
				join(root, 'etc/env.d/gcc', `config-${target}`),
				`CURRENT=${target}-${version}\n`,
			);
		farm.write('chosen.cc', '#include <version.h>\nint version = VERSION;\n');
		const args = [`--target=${target}`, `--sysroot=${root}`, '-c', 'chosen.cc'];
		const compile = () =>
			farm.during(() => {
				t.is(farm.run('clang++', args).code, 0);
				const object = farm.read('chosen.o');
				t.is(farm.plain('clang++', args).code, 0);
				t.deepEqual(object, farm.read('chosen.o'));
			});
		choose('12');
		settle();
		t.is((await compile()).misses, 1);
		const twelve = farm.read('chosen.o');
		t.is((await compile()).directHits, 1);
		choose('13');
		settle();
		t.is((await compile()).misses, 1);
		t.notDeepEqual(farm.read('chosen.o'), twelve);
		t.is((await compile()).directHits, 1);
	},
);
