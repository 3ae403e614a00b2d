import {spawnSync} from 'node:child_process';
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {packageFolder, packageVersion} from '../../src/commands/package-info.js';
import {dependencyTarball, sourceTarball} from '../../src/release/tarballs.js';

/** From the two tarballs, without a network, to programs where a system keeps them: by the ebuild's own phases. */

const unable = whyUnable();
const check = unable === undefined ? test.serial : test.skip;
const because = unable === undefined ? '' : ` (${unable})`;
const name = `sccache-gentoo-${packageVersion()}`;

function whyUnable(): string | undefined {
	const commit = spawnSync('git', ['-C', packageFolder, 'rev-parse', 'HEAD']);
	if (commit.status !== 0) return 'no git checkout';
	return spawnSync('unshare', ['-n', 'true']).status === 0
		? undefined
		: 'unshare -n is not allowed';
}

/** Where the shim finds the rest though the image is not the root. */
const folderOf = (program: string) =>
	program === 'sccache' ? 'usr/lib/sccache-gentoo/dist/bin' : 'usr/bin';

/** A checkout of what is committed, with the dependencies of this one. */
function checkout(folder: string): string {
	const clone = join(folder, 'checkout');
	const from = [
		'-c',
		'advice.detachedHead=false',
		'clone',
		'--quiet',
		'--no-hardlinks',
		packageFolder,
	];
	const {status, stderr} = spawnSync('git', [...from, clone], {encoding: 'utf8'});
	if (status !== 0) throw new Error(stderr);
	// As npm put them: through a link npm would not know them.
	const modules = ['-a', '--reflink=auto', join(packageFolder, 'node_modules'), clone];
	if (spawnSync('cp', modules).status !== 0) throw new Error('the dependencies can not be copied');
	return clone;
}

check(`the ebuild makes programs that run out of the tarballs${because}`, async t => {
	t.timeout(240_000);
	const folder = mkdtempSync(join(tmpdir(), 'sccache-release-'));
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	const clone = checkout(folder);
	const source = sourceTarball(clone, name);
	const dependencies = await dependencyTarball(clone, name);
	t.true(sourceTarball(clone, name).equals(source), 'the same commit gives the same bytes');
	t.true((await dependencyTarball(clone, name)).equals(dependencies));
	for (const [file, bytes] of [
		['source.tar.gz', source],
		['deps.tar.gz', dependencies],
	] as const) {
		writeFileSync(join(folder, file), bytes);
		const {status, stderr} = spawnSync('tar', ['xzf', file], {cwd: folder, encoding: 'utf8'});
		t.is(status, 0, stderr);
	}
	const unpacked = join(folder, name);
	const sqlite = 'node_modules/better-sqlite3/build';
	t.false(existsSync(join(unpacked, sqlite)), 'nothing that was built elsewhere');
	t.false(existsSync(join(unpacked, 'node_modules/.package-lock.json')));
	// Which takes a minute; that it builds where there is no network, `npm ci` of any set-up shows: it fetches nothing then.
	const built = `${sqlite}/Release/better_sqlite3.node`;
	mkdirSync(join(unpacked, sqlite, 'Release'), {recursive: true});
	copyFileSync(join(packageFolder, built), join(unpacked, built));

	const image = join(folder, 'image');
	const temporary = join(folder, 'temporary');
	mkdirSync(temporary);
	const ebuild = join(clone, `ebuild/dev-util/sccache-gentoo/${name}.ebuild`);
	const phases = join(packageFolder, 'test/ebuild/phases.sh');
	const phase = (destination: string, eprefix: string, ...names: readonly string[]) =>
		spawnSync('unshare', ['-n', 'bash', phases, ebuild, ...names], {
			encoding: 'utf8',
			env: {
				PATH: process.env.PATH,
				S: unpacked,
				D: destination,
				EPREFIX: eprefix,
				T: temporary,
				FILESDIR: join(clone, 'ebuild/dev-util/sccache-gentoo/files'),
				USE: 'dist-client dist-server',
			},
		});
	const run = phase(image, '', 'src_compile', 'src_install', 'pkg_postinst');
	t.is(run.status, 0, run.stdout + run.stderr);
	t.regex(run.stdout, /sccache-gentoo setup/);
	const same = statSync(join(image, 'usr/bin/sccache')).ino;
	t.is(statSync(join(image, 'usr/lib/sccache-gentoo/dist/bin/sccache')).ino, same, 'one file');
	t.false(existsSync(join(image, 'usr/lib/sccache-gentoo/node_modules/typescript')));
	t.true(existsSync(join(image, 'usr/lib/systemd/system/sccache-server.service')));
	t.true(
		readFileSync(join(image, 'usr/share/shadowman/tools/sccache_gentoo'), 'utf8').startsWith(
			'/usr/',
		),
	);
	for (const path of [
		'etc/logrotate.d/sccache',
		'etc/portage/env/default-path',
		'usr/share/bash-completion/completions/sccache-gentoo',
		'usr/share/zsh/site-functions/_sccache-gentoo',
		'usr/share/fish/vendor_completions.d/sccache-gentoo.fish',
		'usr/share/man/sccache.1',
		'usr/share/sccache-gentoo/sccache-gentoo.dashboard.json',
		'usr/share/sccache-gentoo/sccache-gentoo.rules.yml',
		'usr/lib/sccache-gentoo/dist/src/dashboard/page/index.html',
		'usr/lib/sccache-gentoo/dist/src/dashboard/page/main.js',
		'usr/lib/sccache-gentoo/dist/src/dashboard/page/uplot.js',
	]) {
		t.true(existsSync(join(image, path)), path);
	}
	const shim = readFileSync(join(image, 'usr/bin/sccache'));
	t.true(shim.includes('/ld-'), 'the shim is not static: it names its loader');
	const elsewhere = join(folder, 'elsewhere');
	const inPrefix = phase(elsewhere, '/gentoo', 'src_install');
	t.is(inPrefix.status, 0, inPrefix.stdout + inPrefix.stderr);
	t.deepEqual(readdirSync(elsewhere), ['gentoo']);
	const links = readFileSync(join(elsewhere, 'gentoo/usr/share/shadowman/tools/sccache_gentoo'));
	t.true(links.toString().startsWith('/gentoo/usr/local/libexec/sccache\n'));
	rmSync(unpacked, {recursive: true});
	const prefixed = spawnSync(join(elsewhere, 'gentoo/usr/bin/sccache-gentoo'), ['--version']);
	t.is(prefixed.status, 0, String(prefixed.stderr));
	const inImage = (program: string, ...args: readonly string[]) =>
		spawnSync(join(image, folderOf(program), program), args, {
			encoding: 'utf8',
			cwd: '/',
			env: {PATH: process.env.PATH, HOME: temporary},
		});
	t.regex(inImage('sccache', '--version').stdout, new RegExp(`^sccache ${packageVersion()}`));
	for (const program of ['sccache-gentoo', 'sccache-dist']) {
		const {status, stdout, stderr} = inImage(program, '--help');
		t.is(status, 0, stderr);
		t.regex(stdout, /COMMANDS/);
	}
	const tree = join(folder, 'tree');
	mkdirSync(join(tree, 'etc/portage'), {recursive: true});
	writeFileSync(join(tree, 'etc/portage/make.conf'), 'CFLAGS="-O2"\n');
	for (const init of ['systemd', 'openrc']) {
		const setup = ['setup', '--dry-run', '--yes', '--init', init, '--root', tree];
		const {stdout, stderr} = inImage('sccache-gentoo', ...setup);
		t.regex(stdout, /ORIGINAL_PATH/, stderr);
	}
	const stats = inImage('sccache', '--show-stats');
	t.is(stats.status, 0, stats.stderr);
});

check(`what is not committed is not released${because}`, t => {
	const folder = mkdtempSync(join(tmpdir(), 'sccache-release-'));
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	const clone = checkout(folder);
	writeFileSync(join(clone, 'README.md'), 'other\n');
	t.throws(() => sourceTarball(clone, name), {code: 'RELEASE_UNFIT'});
});
