import {spawnSync} from 'node:child_process';
import {mkdirSync, readlinkSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {program} from '../e2e/farm.js';
import {cliEnvironment, ownProgram, type Shape, smallTree, snapshot} from './small-tree.js';

/** Setup of the host that it runs on: a room in which etc, var and run are a small tree's, and an init system seems to be at work. */

function whyNot(): string | undefined {
	if (process.geteuid?.() !== 0) return 'not root';
	const {status} = spawnSync('bwrap', ['--ro-bind', '/', '/', 'true']);
	return status === 0 ? undefined : 'no bwrap here';
}

const reason = whyNot();
const check = reason === undefined ? test : test.skip;
const without = reason === undefined ? '' : ` (${reason})`;

/** Tells what it was asked for; fails as long as there is a file `broken`. */
const fake =
	'#!/bin/sh\necho "${0##*/} $*" >>/var/asked\n[ ! -e /var/broken ] || [ "$1" = daemon-reload ]\n';

function host(t: ExecutionContext, shape: Shape, running: string) {
	const tree = smallTree(shape, {
		'/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nportage:x:300:301::/:/bin/false\n',
		'/etc/group': 'root:x:0:\nportage:x:301:\n',
		'/var/tmp/x': '',
	});
	t.teardown(tree.remove);
	mkdirSync(join(tree.root, 'run', running), {recursive: true});
	for (const name of ['systemctl', 'rc-update', 'rc-service']) {
		tree.write(`/fake/${name}`, fake, 0o755);
	}
	const inside = ['etc', 'var', 'run'].flatMap(name => [
		'--bind',
		join(tree.root, name),
		`/${name}`,
	]);
	const run = (...args: readonly string[]) => {
		const {status, stdout, stderr} = spawnSync(
			'bwrap',
			[
				...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
				...inside,
				ownProgram,
				...args,
			],
			{
				encoding: 'utf8',
				env: {...cliEnvironment, PATH: `${join(tree.root, 'fake')}:${cliEnvironment.PATH}`},
			},
		);
		return {code: status, stdout, stderr: stderr.replace(/\s+/g, ' ')};
	};
	const asked = () => {
		const lines = tree.read('/var/asked').trimEnd().split('\n');
		rmSync(join(tree.root, 'var/asked'));
		return lines;
	};
	return {...tree, run, asked};
}

const client = [
	...['setup', 'client', '--yes', '--cache-size=20G', '--no-doctor'],
	...['--links-folder=/etc/sccache/links', `--program=${program}`],
];

check(`systemd's services are enabled and started, and stopped by undo${without}`, t => {
	const {run, asked, root} = host(t, 'systemd', 'systemd/system');
	const before = snapshot(root);
	const ran = run(...client);
	t.is(ran.code, 0, ran.stderr);
	t.deepEqual(asked(), [
		'systemctl daemon-reload',
		'systemctl enable sccache-client',
		'systemctl restart sccache-client',
	]);
	const {uid, gid} = statSync(join(root, 'var/cache/sccache/cache'));
	t.deepEqual([uid, gid], [300, 301]);
	t.is(readlinkSync(join(root, 'etc/sccache/links/gcc')), program);
	t.regex(run(...client).stdout, /Nothing to do/);
	t.is(run('setup', 'undo').code, 0);
	t.deepEqual(asked(), ['systemctl disable --now sccache-client', 'systemctl daemon-reload']);
	t.deepEqual(snapshot(root), before);
});

check(`OpenRC's services too${without}`, t => {
	const {run, asked} = host(t, 'openrc', 'openrc/softlevel');
	t.is(run(...client).code, 0);
	t.deepEqual(asked(), [
		'rc-update add sccache-client default',
		'rc-service sccache-client restart',
	]);
});

check(`when a service does not start, the files stay, and the next run goes on${without}`, t => {
	const {run, asked, root, write} = host(t, 'systemd', 'systemd/system');
	write('/var/broken', '');
	const ran = run(...client);
	t.is(ran.code, 2);
	t.regex(
		ran.stderr,
		/files are written, but a command failed: systemctl enable sccache-client: exit status 1/,
	);
	t.deepEqual(asked(), ['systemctl daemon-reload', 'systemctl enable sccache-client']);
	rmSync(join(root, 'var/broken'));
	t.is(run(...client).code, 0);
	t.deepEqual(asked(), [
		'systemctl daemon-reload',
		'systemctl enable sccache-client',
		'systemctl restart sccache-client',
	]);
	t.regex(run(...client).stdout, /Nothing to do/);
});

check(`it ends with what doctor says of the whole${without}`, t => {
	const {run, root} = host(t, 'systemd', 'systemd/system');
	const {code, stdout} = run(...client.filter(word => word !== '--no-doctor'));
	t.regex(stdout, /takes it back\.\n\nPortage\n[\s\S]*failure +daemon: /);
	// The links are looked at where they were made.
	t.notRegex(stdout, /There are no links/);
	t.is(code, 1, 'nothing was started for true');
	t.regex(run('setup', 'undo', '--no-stop').stdout, /client\.conf: removed/);
	t.false(snapshot(root).has(join(root, 'etc/sccache/client.conf')));
});

check(`without --start, the commands are for the user${without}`, t => {
	const {run, root} = host(t, 'systemd', 'systemd/system');
	const ran = run(...client, '--no-start');
	t.regex(ran.stdout, /To be run by hand afterwards:\n {2}systemctl daemon-reload/);
	t.false(snapshot(root).has(join(root, 'var/asked')));
});
