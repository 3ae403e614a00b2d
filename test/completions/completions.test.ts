import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import test from 'ava';
import {help} from '../../src/commands/sccache/help.js';
import {commands} from '../../src/commands/sccache-gentoo/commands.js';
import {completionFiles} from '../../src/completions/files.js';
import {childrenOf, commandAt, routesOf} from '../../src/completions/program.js';
import {programs} from '../../src/release/programs.js';
import {hasProgram} from '../helpers/has-program.js';

/** The completions that the build writes, in the shells that are here. */

const folder = mkdtempSync(join(tmpdir(), 'sccache-completions-'));
for (const program of programs) {
	for (const [name, text] of Object.entries(completionFiles(program))) {
		mkdirSync(dirname(join(folder, name)), {recursive: true});
		writeFileSync(join(folder, name), text);
	}
}
test.after.always(() => rmSync(folder, {recursive: true}));

const zsh = hasProgram('zsh') ? test : test.skip;
const noZsh = hasProgram('zsh') ? '' : ' (no zsh here)';
const fish = hasProgram('fish') ? test : test.skip;
const noFish = hasProgram('fish') ? '' : ' (no fish here)';
const shellcheck = hasProgram('shellcheck') ? test : test.skip;
const noShellcheck = hasProgram('shellcheck') ? '' : ' (no shellcheck here)';

function said(program: string, ...args: readonly string[]): readonly string[] {
	const {status, stdout, stderr} = spawnSync(program, args, {encoding: 'utf8', cwd: folder});
	if (status !== 0 || stderr !== '') throw new Error(`${program}: ${status} ${stderr}`);
	return stdout.split('\n').filter(line => line !== '');
}

/** What bash offers for the last of the words. */
function bash(...words: readonly string[]): readonly string[] {
	const [name = ''] = words;
	const script = `set -u
source "$0"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
"_\${1//-/_}" "$1" "\${!#}" "\${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "\${COMPREPLY[@]}"`;
	return said('bash', '-c', script, join(folder, 'bash', name), ...words);
}

const fishOffers = (line: string): readonly string[] => {
	const [name = ''] = line.split(' ');
	const script = `source ${join(folder, 'fish', name)}.fish; complete -C ${JSON.stringify(line)}`;
	return said('fish', '--no-config', '-c', script).map(offer => offer.split('\t')[0] ?? '');
};

const tabInZsh = (line: string): string =>
	said('zsh', '-f', resolve('test/completions/press-tab.zsh'), join(folder, 'zsh'), line).join();

test('each command of sccache-gentoo is there, with its options', t => {
	const program = programs.find(({name}) => name === 'sccache-gentoo');
	for (const [id, {flags = {}, enableJsonFlag}] of Object.entries(commands)) {
		const options = commandAt(
			program ?? {name: '', commands: []},
			id.replaceAll(':', ' '),
		)?.options;
		const names = options?.map(({name}) => name) ?? [];
		for (const name of Object.keys(flags)) t.true(names.includes(name), `${id} ${name}`);
		t.is(names.includes('json'), enableJsonFlag, id);
	}
});

test('each option of sccache --help is there', t => {
	const listed = help.match(/--[\w-]+(?=[ <])/g)?.filter(name => !help.includes(`<${name}`)) ?? [];
	t.true(listed.length > 10);
	const offered = bash('sccache', '-');
	const options = help.split('\n').flatMap(line => /^ +(?:-\w, )?(--[\w-]+)/.exec(line)?.[1] ?? []);
	t.deepEqual([...offered].sort(), [...options].sort());
});

for (const program of programs) {
	const {name} = program;
	test(`bash offers what each command of ${name} takes`, t => {
		for (const route of routesOf(program)) {
			const words = route === '' ? [name] : [name, ...route.split(' ')];
			const children = childrenOf(program, route).map(({word}) => word);
			if (children.length > 0) t.deepEqual(bash(...words, ''), children, route);
			const options = commandAt(program, route)?.options.map(option => `--${option.name}`);
			if (options !== undefined) t.deepEqual(bash(...words, '-'), options, route);
		}
		t.pass();
	});

	shellcheck(`shellcheck finds nothing in ${name}’s for bash${noShellcheck}`, t => {
		t.deepEqual(said('shellcheck', '--shell=bash', join(folder, 'bash', name)), []);
	});

	zsh(`zsh can read ${name}’s${noZsh}`, t => {
		t.deepEqual(said('zsh', '-f', '-n', join(folder, 'zsh', `_${name}`)), []);
	});

	fish(`fish offers what each command of ${name} takes${noFish}`, t => {
		for (const route of routesOf(program)) {
			const line = route === '' ? name : `${name} ${route}`;
			const children = childrenOf(program, route).map(({word}) => word);
			if (children.length > 0)
				t.deepEqual([...fishOffers(`${line} `)].sort(), children.sort(), route);
			const options = commandAt(program, route)?.options.map(option => `--${option.name}`);
			if (options === undefined) continue;
			t.deepEqual([...fishOffers(`${line} --`)].sort(), options.sort(), route);
		}
	});
}

test('an interactive bash has them by name', t => {
	const script = `source ${join(folder, 'bash/sccache-gentoo')}; complete -p sccache-gentoo`;
	const {stdout} = spawnSync('bash', ['--norc', '-i', '-c', script], {encoding: 'utf8'});
	t.is(stdout, 'complete -F _sccache_gentoo sccache-gentoo\n');
});

test('values are offered for what they are', t => {
	mkdirSync(join(folder, 'a folder'), {recursive: true});
	writeFileSync(join(folder, 'a file'), '');
	t.deepEqual(bash('sccache', '--stats-format', ''), ['text', 'json']);
	t.deepEqual(bash('sccache', '--stats-format', '=', 'j'), ['json']);
	t.deepEqual(bash('sccache', '--stats-format', '='), ['text', 'json']);
	t.deepEqual(bash('sccache-gentoo', 'links', 'list', 'a'), ['a folder']);
	t.deepEqual(bash('sccache-gentoo', 'exclude', '--root', 'a'), ['a folder']);
	t.deepEqual([...bash('sccache-dist', 'server', '--config', 'a')].sort(), ['a file', 'a folder']);
	t.deepEqual([...bash('sccache', 'gcc', '-c', 'a')].sort(), ['a file', 'a folder']);
	t.true(bash('sccache', 'bas').includes('bash'));
	// An atom can be any.
	t.deepEqual(bash('sccache-gentoo', 'include', 'a'), []);
});

zsh(`zsh completes commands, options and values${noZsh}`, t => {
	t.is(tabInZsh('sccache-gentoo lin'), 'sccache-gentoo links ');
	t.is(tabInZsh('sccache-gentoo links cr'), 'sccache-gentoo links create ');
	t.is(tabInZsh('sccache-gentoo links create --pro'), 'sccache-gentoo links create --program=');
	t.is(tabInZsh('sccache-dist auth generate-sh'), 'sccache-dist auth generate-shared-token ');
	t.is(tabInZsh('sccache-dist scheduler --syslog wa'), 'sccache-dist scheduler --syslog warn ');
	t.is(tabInZsh('sccache --show-a'), 'sccache --show-adv-stats ');
	t.is(tabInZsh('sccache --stats-format=j'), 'sccache --stats-format=json ');
});

fish(`fish completes values, and leaves a compiler its own${noFish}`, t => {
	t.deepEqual(fishOffers('sccache-gentoo links list /us'), ['/usr/']);
	t.deepEqual(fishOffers('sccache --stats-format j'), ['json']);
	t.false(fishOffers('sccache gcc --').includes('--show-stats'));
});
