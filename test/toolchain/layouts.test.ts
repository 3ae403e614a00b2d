import {execFileSync} from 'node:child_process';
import {copyFileSync, mkdirSync, realpathSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {askHere} from '../../src/toolchain/ask-compiler.js';
import {withIncludedConfigs} from '../../src/toolchain/config-files.js';
import {toolchainEntries} from '../../src/toolchain/pack.js';
import {pluginsNamed} from '../../src/toolchain/plugins-named.js';
import {tempFolder} from './temp-folder.js';

/** Compilers where distributions put them, made of the one that is here. */

const chost = 'x86_64-pc-linux-gnu';

/** As gcc-config leaves it: the compilers in a folder of their version, links to them on PATH. */
function gentoo(t: {teardown(run: () => void): void}) {
	const root = realpathSync(tempFolder(t));
	const slot = join(root, `usr/${chost}/gcc-bin/13`);
	const bin = join(root, 'usr/bin');
	for (const folder of [slot, bin]) mkdirSync(folder, {recursive: true});
	// Where a driver that was moved looks for the rest.
	symlinkSync('/usr/lib', join(slot, '../lib'));
	for (const name of ['gcc', 'g++']) {
		copyFileSync(`/usr/bin/${name}`, join(slot, `${chost}-${name}`));
		symlinkSync(`${chost}-${name}`, join(slot, name));
		symlinkSync(`../${chost}/gcc-bin/13/${chost}-${name}`, join(bin, `${chost}-${name}`));
		symlinkSync(join(slot, name), join(bin, name));
	}
	const entries = async (compiler: string) =>
		toolchainEntries({compiler, ask: askHere, folders: [bin, '/usr/bin']});
	return {root, slot, bin, entries};
}

test("Gentoo's names for one compiler, all of them, give one toolchain", async t => {
	const {slot, bin, entries} = gentoo(t);
	const first = await entries(join(bin, 'gcc'));
	const paths = first.map(({path}) => path);
	for (const folder of [slot, bin])
		for (const name of ['gcc', 'g++'])
			for (const prefix of ['', `${chost}-`])
				t.true(paths.includes(join(folder, prefix + name)), join(folder, prefix + name));
	t.true(paths.some(path => path.endsWith('/cc1plus')));
	t.false(paths.includes('/usr/bin/gcc'));
	for (const other of [join(bin, 'g++'), join(bin, `${chost}-gcc`), join(slot, 'g++')])
		t.deepEqual(await entries(other), first, other);
});

test('behind a program that only leads to a compiler, the compiler is packed too', async t => {
	const {slot, bin, entries} = gentoo(t);
	const wrapper = join(bin, 'cc');
	const source = join(bin, 'wrapper.c');
	const real = join(slot, `${chost}-gcc`);
	writeFileSync(
		source,
		`#include <unistd.h>
int main(int n, char **v) { v[0] = "${real}"; return execv(v[0], v); }\n`,
	);
	execFileSync('gcc', ['-o', wrapper, source]);
	const paths = (await entries(wrapper)).map(({path}) => path);
	for (const path of [wrapper, real, join(slot, `${chost}-g++`)])
		t.true(paths.includes(path), path);
});

test('an assembler off the usual path gets a link where the compiler looks first', async t => {
	const {root, bin} = gentoo(t);
	const tools = join(root, 'tools');
	mkdirSync(tools);
	for (const name of ['as', 'objcopy']) symlinkSync(`/usr/bin/${name}`, join(tools, name));
	const entries = await toolchainEntries({
		compiler: join(bin, 'gcc'),
		ask: askHere,
		folders: [tools, bin],
	});
	const [compiler = ''] = entries.map(({path}) => path).filter(path => path.endsWith('/cc1'));
	const beside = entries.find(({path}) => path === compiler.replace(/cc1$/, 'as'));
	t.deepEqual(beside, {
		kind: 'link',
		path: compiler.replace(/cc1$/, 'as'),
		target: join(tools, 'as'),
	});
});

test("a configuration of clang's brings in those that it names, relative to itself", t => {
	const folder = tempFolder(t);
	const file = (name: string, text: string) => {
		writeFileSync(join(folder, name), text);
		return join(folder, name);
	};
	const runtimes = file('gentoo-runtimes.cfg', '--rtlib=compiler-rt\n@common.cfg\n');
	const common = file('common.cfg', '@gentoo-runtimes.cfg\n');
	const gcc = file('gcc-install.cfg', '--gcc-install-dir=/usr/lib/gcc/x/13\n');
	const main = file('clang.cfg', `@gentoo-runtimes.cfg\n@${gcc}\n`);
	t.deepEqual(withIncludedConfigs(main), [main, runtimes, common, gcc]);
});

test('the plugins that specs and configurations load are known by name', t => {
	t.deepEqual(pluginsNamed('*cc1:\n+ %{!fno-x:-fplugin=annobin} -fplugin-arg-annobin-a=b\n'), [
		'annobin',
	]);
	t.deepEqual(pluginsNamed('-O2 -fpass-plugin=/usr/lib/p.so\n-fplugin=/usr/lib/q.so'), [
		'/usr/lib/p.so',
		'/usr/lib/q.so',
	]);
});
