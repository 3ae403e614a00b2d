import {
	chmodSync,
	chownSync,
	copyFileSync,
	existsSync,
	readdirSync,
	rmSync,
	statSync,
} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {program} from '../e2e/farm.js';
import {linkFolder, plantTree, portage} from './place.js';

/** The checks of files, on trees that each lack one thing. */

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? test : test.skip;
const notRoot = isRoot ? '' : ' (needs to be root)';

asRoot(`nothing is wrong with a tree as setup leaves it${notRoot}`, async t => {
	const findings = await plantTree(t).examine();
	for (const [id, [finding]] of Object.entries(findings)) {
		t.true(['ok', 'skipped'].includes(finding?.status ?? ''), `${id}: ${finding?.message}`);
	}
	t.is(findings.daemon?.[0]?.status, 'skipped');
	t.is(findings.links?.[0]?.status, 'ok');
	t.is(findings.path?.[0]?.message, `make.conf puts ${linkFolder} before all compilers.`);
});

test('a make.conf that Portage refuses is a failure, and what hangs on it is skipped', async t => {
	const tree = plantTree(t);
	tree.write('etc/portage/make.conf', 'A="1"\nFEATURES+=" x"\n');
	const findings = await tree.examine();
	const [finding] = findings['make.conf'] ?? [];
	t.is(finding?.status, 'failure');
	t.regex(finding?.message ?? '', /refuses line 2 of .*make\.conf: .*FEATURES\+/);
	for (const id of ['path', 'features', 'wrappers', 'opt-outs', 'makeopts']) {
		t.is(findings[id]?.[0]?.status, 'skipped', id);
	}
});

test('a folder that is not in PATH, or comes after another, is found', async t => {
	const tree = plantTree(t);
	tree.write('etc/portage/make.conf', 'ORIGINAL_PATH="/usr/bin"\n');
	const {path} = await tree.examine();
	t.is(path?.[0]?.status, 'failure');
	t.regex(path?.[0]?.message ?? '', /libexec\/sccache is not in their PATH/);
	tree.write('usr/lib/llvm/19/bin/clang', '#!/bin/sh\n', 0o755);
	tree.write(
		'etc/portage/make.conf',
		`ORIGINAL_PATH="\${PATH}"\nPATH="/usr/lib/llvm/19/bin:${linkFolder}:\${PATH}"\n`,
	);
	const after = await tree.examine();
	t.is(after.path?.[0]?.status, 'warning');
	t.regex(after.path?.[0]?.message ?? '', /llvm\/19\/bin comes before .*clang from there is taken/);
});

test('PATH in make.conf has no effect without one in profile.env; bashrc has', async t => {
	const tree = plantTree(t);
	tree.write('etc/profile.env', 'export EDITOR="vi"\n');
	t.is((await tree.examine()).path?.[0]?.status, 'failure');
	tree.write(
		'etc/portage/bashrc',
		[
			'# >>> sccache-gentoo >>>',
			`	export PATH="${linkFolder}:\${PATH}"`,
			'# <<< sccache-gentoo <<<',
			'',
		].join('\n'),
	);
	t.is((await tree.examine()).path?.[0]?.status, 'ok');
});

test("another wrapper, the wiki's FEATURES and a bad opt-out are told", async t => {
	const tree = plantTree(t);
	tree.write(
		'etc/portage/make.conf',
		`PATH="${linkFolder}:\${PATH}"\nFEATURES="ccache -network-sandbox -pid-sandbox"\nCC="/usr/bin/sccache gcc"\nRUSTC_WRAPPER="/usr/bin/sccache"\n`,
	);
	tree.write('etc/portage/package.env', 'app-arch/xz-utils default-path\n');
	const {features, wrappers, 'opt-outs': optOuts} = await tree.examine();
	t.is(features?.[0]?.status, 'warning');
	t.regex(
		features?.[0]?.message ?? '',
		/-network-sandbox -pid-sandbox, which sccache does not need/,
	);
	t.deepEqual(
		wrappers?.map(({status}) => status),
		['warning', 'warning'],
	);
	t.regex(wrappers?.[0]?.message ?? '', /FEATURES=ccache comes before/);
	t.regex(wrappers?.[1]?.message ?? '', /CC runs sccache/);
	t.is(optOuts?.[0]?.status, 'failure');
	t.regex(optOuts?.[0]?.message ?? '', /app-arch\/xz-utils would be built with an empty PATH/);
	tree.write('etc/portage/make.conf', `PATH="${linkFolder}:\${PATH}"\nSCCACHE_SERVER_PORT=4227\n`);
	t.is((await tree.examine()).features?.[0]?.status, 'failure');
});

test('stale and missing links are found, and mended', async t => {
	const tree = plantTree(t);
	rmSync(tree.path('usr/bin/sccache'));
	copyFileSync(program, tree.path('usr/bin/sccache'));
	const {links} = await tree.examine();
	t.is(links?.[0]?.status, 'failure');
	t.regex(links?.[0]?.message ?? '', /g\+\+, gcc in .* lead to an older sccache/);
	t.is(links?.[0]?.mend, `sccache-gentoo links refresh ${tree.path(linkFolder)}`);
	const mended = (await tree.examine({}, true)).links;
	t.is(mended?.[0]?.status, 'ok');
	t.regex(mended?.[0]?.repaired ?? '', /^2 links of .* brought up to date$/);
	tree.write('usr/bin/gcc-15', '#!/bin/sh\n', 0o755);
	t.regex((await tree.examine()).links?.[0]?.message ?? '', /^gcc-15 has no link/);
	rmSync(tree.path('usr/bin/gcc-15'));
	rmSync(tree.path('usr/bin/g++'));
	const {compilers} = await tree.examine();
	t.is(compilers?.[0]?.status, 'warning');
	t.regex(compilers?.[0]?.message ?? '', /^g\+\+ leads to no compiler/);
	t.is((await tree.examine({}, true)).compilers?.[0]?.status, 'ok');
	t.deepEqual(readdirSync(tree.path(linkFolder)), ['gcc']);
});

const secret =
	'[dist]\nscheduler_url = "192.0.2.1:10600"\n[dist.auth]\ntype = "token"\ntoken = "hush"\n';

asRoot(`a world-readable secret is found and closed${notRoot}`, async t => {
	const tree = plantTree(t);
	const path = tree.write('etc/sccache/client.conf', secret, 0o644);
	chownSync(path, 0, portage);
	const [finding] = (await tree.examine())['client.conf'] ?? [];
	t.is(finding?.status, 'failure');
	t.regex(finding?.message ?? '', /holds a secret, and everyone on this host can read it \(0644\)/);
	t.regex(finding?.mend ?? '', /^chmod 0640 .*new secret/);
	t.notRegex(JSON.stringify(finding), /hush/);
	t.is((await tree.examine({}, true))['client.conf']?.[0]?.status, 'ok');
	t.is(statSync(path).mode & 0o777, 0o640);
});

asRoot(`a world-readable file of a token is found and closed${notRoot}`, async t => {
	const tree = plantTree(t);
	const token = tree.write('etc/sccache/token', 'hush', 0o644);
	const text = secret.replace('token = "hush"', `token_file = "${token}"`);
	chownSync(tree.write('etc/sccache/client.conf', text, 0o640), 0, portage);
	const [finding, ...others] = (await tree.examine())['client.conf'] ?? [];
	t.deepEqual(others, []);
	t.regex(finding?.message ?? '', /etc\/sccache\/token holds a secret/);
	// First it is shut for portage as well.
	const mended = (await tree.examine({}, true))['client.conf']?.[0];
	t.is(mended?.status, 'ok');
	t.regex(mended?.repaired ?? '', /token is 0640 now; .*token belongs to 0:250 now$/);
	t.is(statSync(token).mode & 0o777, 0o640);
});

asRoot(`a file that portage can't read is found, and given to its group${notRoot}`, async t => {
	const tree = plantTree(t);
	const path = tree.write('etc/sccache/client.conf', secret, 0o640);
	const [finding] = (await tree.examine())['client.conf'] ?? [];
	t.is(finding?.status, 'failure');
	t.regex(finding?.message ?? '', /User portage can't read .*client\.conf \(0640\)/);
	t.is((await tree.examine({}, true))['client.conf']?.[0]?.status, 'ok');
	t.is(statSync(path).gid, portage);
	chmodSync(tree.path('etc/sccache'), 0o700);
	t.regex(
		(await tree.examine())['client.conf']?.[0]?.message ?? '',
		/User portage can't pass .*etc\/sccache \(0700\)/,
	);
});

asRoot(`a cache folder that is missing, or root's, is found and mended${notRoot}`, async t => {
	const tree = plantTree(t);
	const path = tree.path('var/cache/sccache/cache');
	chownSync(path, 0, 0);
	const [finding] = (await tree.examine()).cache ?? [];
	t.is(finding?.status, 'failure');
	t.is(finding?.mend, `chown -R portage:portage ${path}`);
	t.is((await tree.examine({}, true)).cache?.[0]?.status, 'ok');
	t.is(statSync(path).uid, portage);
	rmSync(path, {recursive: true});
	t.is((await tree.examine()).cache?.[0]?.status, 'failure');
	t.false(existsSync(path));
	t.is((await tree.examine({}, true)).cache?.[0]?.status, 'ok');
	t.is(statSync(path).mode & 0o777, 0o750);
});

test('a configuration with a mistake in it fails with the place of the mistake', async t => {
	const tree = plantTree(t);
	tree.write('etc/sccache/client.conf', '[dist]\nschedular_url = "192.0.2.1"\n', 0o644);
	const [finding] = (await tree.examine())['client.conf'] ?? [];
	t.is(finding?.status, 'failure');
	t.regex(finding?.message ?? '', /schedular_url/);
});

test('a host that is only a build server has no client to look at', async t => {
	const tree = plantTree(t);
	rmSync(tree.path('etc/sccache/client.conf'));
	rmSync(tree.path(linkFolder), {recursive: true});
	tree.write('etc/sccache/server.conf', 'public_addr = "192.0.2.7:10501"\n', 0o600);
	const findings = await tree.examine();
	for (const id of ['portage', 'client', 'farm', 'scheduler-host']) {
		t.is(findings[id]?.[0]?.status, 'skipped', id);
	}
	t.is(findings['server.conf']?.[0]?.status, 'failure');
	t.true(existsSync(join(tree.root, 'etc/sccache/server.conf')));
});
