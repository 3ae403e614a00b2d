import {spawn} from 'node:child_process';
import {rmSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test from 'ava';
import {linkFolder, plantTree} from '../doctor/place.js';
import {startDistributing, unableToDistribute} from '../e2e/distributing.js';
import {program, realPath} from '../e2e/farm.js';

/** `sccache-gentoo doctor` as built. */

function doctor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
	return new Promise<{code: number | null; stdout: string; stderr: string}>(resolve => {
		const child = spawn(join(dirname(program), 'sccache-gentoo'), ['doctor', ...args], {
			env: {PATH: `${dirname(process.execPath)}:${realPath}`, HOME: '/nonexistent', ...env},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		const said = {stdout: '', stderr: ''};
		for (const name of ['stdout', 'stderr'] as const) {
			child[name].setEncoding('utf8').on('data', text => {
				said[name] += text;
			});
		}
		child.once('close', code => resolve({code, ...said}));
	});
}

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? test : test.skip;
const notRoot = isRoot ? '' : ' (needs to be root)';

asRoot(`a tree: what is wrong, its command, --fix and the exit code${notRoot}`, async t => {
	const tree = plantTree(t);
	rmSync(tree.path(join(linkFolder, 'gcc')));
	rmSync(tree.path(join(linkFolder, 'g++')));
	const args = ['--root', tree.root];
	const broken = await doctor(args);
	t.is(broken.code, 1);
	t.regex(broken.stdout, /\n {2}failure {2}links: There are no links of sccache in\n {11}\//);
	t.regex(broken.stdout, /\n {11}-> sccache-gentoo links refresh/);
	t.regex(broken.stdout, /The chain is broken\.\n$/);
	t.false(broken.stdout.includes('\x1b'));
	const fixed = await doctor([...args, '--fix']);
	t.is(fixed.code, 0, fixed.stdout);
	t.regex(fixed.stdout, /mended: 2 links of/);
	const {code, stdout} = await doctor([...args, '--json']);
	t.is(code, 0);
	const answer = JSON.parse(stdout);
	t.true(answer.sound);
	t.is(answer.findings.find(({id}: {id: string}) => id === 'links').status, 'ok');
});

const why = unableToDistribute();
const onFarm = why === undefined ? test : test.skip;
const suffix = why === undefined ? '' : ` (${why})`;

onFarm(
	`this host: a daemon and its farm, found by the variable that builds have${suffix}`,
	async t => {
		const {farm, close} = await startDistributing();
		t.teardown(close);
		const env = {SCCACHE_SERVER_UDS: farm.socket};
		const {code, stdout, stderr} = await doctor(['--links', farm.shims, '--json'], env);
		t.is(code, 0, stdout + stderr);
		const statusOf = Object.fromEntries(
			JSON.parse(stdout).findings.map(({id, status}: {id: string; status: string}) => [id, status]),
		);
		for (const id of ['daemon', 'client.conf', 'compile', 'token', 'toolchain', 'remote']) {
			t.is(statusOf[id], 'ok', stdout);
		}
		await farm.stopDaemon();
		const down = await doctor(['--links', farm.shims], env);
		t.is(down.code, 1);
		t.regex(down.stdout, /failure {2}daemon: No daemon answers/);
	},
);
