import {spawnSync} from 'node:child_process';
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {cliEnvironment, ownProgram, smallTree, snapshot} from './small-tree.js';

/** Real disks that fail: mounts that only the command sees. */

function whyNot(): string | undefined {
	const {status} = spawnSync('unshare', ['--mount', 'true']);
	return status === 0 ? undefined : 'no mount namespaces here';
}

const reason = whyNot();
const check = reason === undefined ? test : test.skip;
const without = reason === undefined ? '' : ` (${reason})`;

/** Sets up everything on a tree, between two shell scripts that know $root and $etc. */
function runBehind(root: string, first: string, last = '') {
	const script = `set -e; root=$1 etc=$1/etc; shift\n${first}\nset +e; "$@"; code=$?\n${last}\nexit $code`;
	const command = [
		...[ownProgram, 'setup', '--yes', '--root', root, '--roles=scheduler,server,client'],
		...['--scheduler-address=192.0.2.1', '--server-address=192.0.2.1', '--exclude-known'],
	];
	const {status, stderr} = spawnSync(
		'unshare',
		['--mount', 'sh', '-c', script, 'sh', root, ...command],
		{encoding: 'utf8', env: {...cliEnvironment, PATH: `${cliEnvironment.PATH}:/usr/sbin:/sbin`}},
	);
	return {code: status, stderr: stderr.replace(/\s+/g, ' ')};
}

const before = {
	'/etc/portage/make.conf': 'CFLAGS="-O2"\n',
	'/etc/portage/package.env': 'a/b no-lto\n',
	'/etc/sccache/client.conf': '[cache.disk]\nsize = "5G"\n',
};

/** A small disk in the place of etc, with little space on it. */
const smallDisk = (freeKib: number): string => `
cp -a "$etc" "$root/old"
mount -t tmpfs -o size=1m,mode=755 tmpfs "$etc"
cp -a "$root/old/." "$etc"
rm -r "$root/old"
free=$(df -k --output=avail "$etc" | tail -1)
head -c $(( (free - ${freeKib}) * 1024 )) /dev/zero >"$etc/filling" || :`;

/** What is on it, for us outside. */
const listing = (name: string): string => `(
	cd "$etc"
	find . ! -name filling -printf '%p %m %u %g\\n' | sort
	cat portage/make.conf portage/package.env sccache/client.conf
) >"$root/${name}"`;

check(`a disk that is full puts everything back${without}`, t => {
	// More space each time, until all of it fits: each time it ends at another file.
	let failures = 0;
	for (const freeKib of [0, 4, 12, 24, 36, 48, 60, 200]) {
		const tree = smallTree('openrc', before);
		const old = snapshot(tree.root);
		const first = `${smallDisk(freeKib)}\n${listing('before')}`;
		const {code, stderr} = runBehind(tree.root, first, listing('after'));
		t.is(tree.read('/after') === tree.read('/before'), code !== 0, `${freeKib} KiB`);
		if (code !== 0) {
			failures++;
			t.regex(stderr, /all was put back: .*ENOSPC/, `${freeKib} KiB`);
			for (const name of ['before', 'after']) rmSync(join(tree.root, name));
			t.deepEqual(snapshot(tree.root), old, `${freeKib} KiB`);
		}
		tree.remove();
	}
	t.true(failures >= 3 && failures < 8);
});

check(`a folder that can't be written to stops it before the first file changes${without}`, t => {
	const tree = smallTree('openrc', before);
	t.teardown(tree.remove);
	const old = snapshot(tree.root);
	const {code, stderr} = runBehind(
		tree.root,
		'mount --bind "$etc/portage" "$etc/portage"; mount -o remount,bind,ro "$etc/portage"',
	);
	t.is(code, 2);
	t.regex(stderr, /all was put back: .*EROFS/);
	t.deepEqual(snapshot(tree.root), old);
});

check(`a file that can't be replaced, the last but one, puts all others back${without}`, t => {
	const tree = smallTree('openrc', before);
	t.teardown(tree.remove);
	const old = snapshot(tree.root);
	const file = '"$etc/portage/package.env"';
	const {code, stderr} = runBehind(tree.root, `mount --bind ${file} ${file}`);
	t.is(code, 2);
	t.regex(stderr, /all was put back: .*EBUSY/);
	t.deepEqual(snapshot(tree.root), old);
});
