import {spawnSync} from 'node:child_process';
import {
	copyFileSync,
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
import {describeLinks} from '../../src/links/folder.js';
import {defaultShimFolder} from '../../src/portage/make-conf-block.js';
import {program, realPath} from '../e2e/farm.js';
import {hasProgram} from '../helpers/has-program.js';

/** The file for `eselect compiler-shadow`, read by what its README says of tool modules. */

const folder = 'ebuild/dev-util/sccache-gentoo/files';
const tool = 'sccache_gentoo';
const file = join(folder, `${tool}.shadow`);

test('the first line is the folder of make.conf, and the name can be part of a variable', t => {
	const [first] = readFileSync(file, 'utf8').split('\n');
	t.is(first, defaultShimFolder);
	t.regex(tool, /^[A-Za-z_]\w*$/);
});

/** Links what PATH has of the compilers' patterns to the tool's program, by name; what is stale there goes. */
const update = `
set -eu
read -r shadow <"$1"
shadow=$EROOT$shadow
program=$(type -P "$2")
mkdir -p "$shadow"
cd "$shadow"
shopt -s extglob nullglob
for name in *; do type -P "$name" >/dev/null || rm "$name"; done
compgen -c | sort -u | while read -r name; do
	case $name in
		?(*-)@(gcc|g++|clang|clang++|cc|c99|c++)?(-[0-9]*)) ln -sf "$program" "$name" ;;
	esac
done
`;

const check = hasProgram('shellcheck') ? test : test.skip;
const without = hasProgram('shellcheck') ? '' : ' (no shellcheck here)';

check(`what reads the file here is sound bash${without}`, t => {
	const {stdout} = spawnSync('shellcheck', ['--shell=bash', '-'], {
		input: update,
		encoding: 'utf8',
	});
	t.is(stdout, '');
});

test('links that eselect makes in a tree are ours, and go with the compilers', t => {
	const root = mkdtempSync(join(tmpdir(), 'eroot-'));
	t.teardown(() => rmSync(root, {recursive: true, force: true}));
	const bin = join(root, 'usr/bin');
	mkdirSync(bin, {recursive: true});
	copyFileSync(program, join(bin, 'sccache'));
	symlinkSync('sccache', join(bin, tool));
	const compilers = ['gcc', 'x86_64-pc-linux-gnu-gcc-14', 'clang++-19'];
	const echo = '#!/bin/sh\necho "$0"\n';
	for (const name of compilers) writeFileSync(join(bin, name), echo, {mode: 0o755});
	// Of the tools that the script needs, none is a compiler.
	const tools = join(root, 'tools');
	mkdirSync(tools);
	for (const name of ['bash', 'mkdir', 'rm', 'ln', 'sort']) {
		symlinkSync(join('/bin', name), join(tools, name));
	}
	const run = () => {
		const {status, stderr} = spawnSync(
			'/bin/bash',
			['-c', update, 'bash', `${process.cwd()}/${file}`, tool],
			{
				encoding: 'utf8',
				env: {EROOT: root, PATH: `${bin}:${tools}`},
			},
		);
		t.is(status, 0, stderr);
	};
	run();
	const links = join(root, defaultShimFolder);
	const where = {folder: links, program: join(bin, 'sccache')};
	t.deepEqual(
		describeLinks(where, bin),
		compilers.toSorted().map(name => ({
			name,
			kind: 'symbolic' as const,
			isCurrent: true,
			behind: join(bin, name),
		})),
	);
	const {stdout} = spawnSync(join(links, 'gcc'), ['--version'], {
		encoding: 'utf8',
		env: {PATH: `${links}:${bin}:${realPath}`, SCCACHE_SERVER_UDS: '/nonexistent'},
	});
	t.is(stdout.trim(), join(bin, 'gcc'));
	rmSync(join(bin, 'x86_64-pc-linux-gnu-gcc-14'));
	run();
	t.deepEqual(readdirSync(links).sort(), ['clang++-19', 'gcc']);
});
