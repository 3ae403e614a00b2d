import {spawnSync} from 'node:child_process';
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {parseAtom} from '../../src/portage/atom.js';
import {knownPackages} from '../../src/portage/known-packages.js';
import {program, realPath} from '../e2e/farm.js';

/** `sccache-gentoo exclude` and `include` as built, on trees of their own. */

function tree(t: ExecutionContext) {
	const root = mkdtempSync(join(tmpdir(), 'sccache-gentoo-test-'));
	t.teardown(() => rmSync(root, {recursive: true, force: true}));
	const portage = join(root, 'etc/portage');
	mkdirSync(portage, {recursive: true});
	writeFileSync(join(portage, 'make.conf'), 'source path.inc\n');
	writeFileSync(join(portage, 'path.inc'), 'ORIGINAL_PATH="${PATH}"\n');
	const run = (...args: readonly string[]) => {
		const {status, stdout, stderr} = spawnSync(
			join(dirname(program), 'sccache-gentoo'),
			[...args, '--root', root],
			{
				encoding: 'utf8',
				env: {PATH: `${dirname(process.execPath)}:${realPath}`, HOME: '/nonexistent'},
			},
		);
		return {code: status, stdout, stderr: stderr.replace(/\s+[›»]?\s*/g, ' ')};
	};
	const read = (name: string) => readFileSync(join(portage, name), 'latin1');
	return {root, portage, run, read};
}

test('a package is excluded by the wiki’s line, listed, and included again', t => {
	const {portage, run, read} = tree(t);
	const path = join(portage, 'package.env');
	const before = '# \xff mine\r\ndev-lang/rust no-lto\r\n';
	writeFileSync(path, before, 'latin1');
	chmodSync(path, 0o640);
	t.is(run('exclude', 'app-arch/xz-utils').code, 0);
	t.is(read('package.env'), `${before}app-arch/xz-utils default-path\r\n`);
	t.is(statSync(path).mode & 0o777, 0o640);
	t.is(read('package.env.sccache-gentoo~'), before);
	t.regex(read('env/default-path'), /^PATH="\$\{ORIGINAL_PATH\}"$/m);
	t.is(run('exclude', 'app-arch/xz-utils').stdout, 'nothing to do\n');
	t.is(run('exclude', '--list').stdout, 'app-arch/xz-utils: built without us\n');
	t.is(run('include', 'app-arch/xz-utils').code, 0);
	t.is(read('package.env'), before);
	const again = run('include', 'app-arch/xz-utils');
	t.is(again.code, 0);
	t.regex(again.stderr, /app-arch\/xz-utils is not excluded/);
});

test('those that are known not to gain are excluded together, each with its reason', t => {
	const {run, read} = tree(t);
	const dry = run('exclude', '--known', '--dry-run');
	t.is(dry.code, 0, dry.stderr);
	t.throws(() => read('package.env'));
	t.is(run('exclude', '--known', 'a/b').code, 0);
	const lines = read('package.env').trimEnd().split('\n');
	t.deepEqual(lines, [
		'a/b default-path',
		...knownPackages.map(({atom, envFile}) => `${atom} ${envFile}`),
	]);
	for (const {atom, reason, source} of knownPackages) {
		t.true(dry.stdout.includes(`${atom}: ${reason} (${source})`));
		t.deepEqual(parseAtom(atom), {atom});
	}
	t.is(run('exclude', '--known', '--no-dist').code, 2);
});

test('in a folder our lines are in a file of ours, and others lose only our words', t => {
	const {portage, run, read} = tree(t);
	mkdirSync(join(portage, 'package.env/deep'), {recursive: true});
	writeFileSync(join(portage, 'package.env/deep/mine'), 'a/b default-path keep # x\n');
	writeFileSync(join(portage, 'package.env/old~'), 'c/d default-path\n');
	const {stdout} = run('exclude', '--no-dist', 'a/b', '*/*::guru', '--json');
	t.deepEqual((JSON.parse(stdout) as {excluded: unknown}).excluded, [
		{atom: 'a/b', envFile: 'no-dist'},
		{atom: '*/*::guru', envFile: 'no-dist'},
	]);
	t.is(read('package.env/sccache-gentoo'), 'a/b no-dist\n*/*::guru no-dist\n');
	t.is(read('package.env/deep/mine'), 'a/b keep # x\n');
	t.is(read('package.env/old~'), 'c/d default-path\n');
	t.regex(read('env/no-dist'), /^SCCACHE_NO_DIST="1"$/m);
	t.is(run('exclude', '--no-cache', 'a/b').code, 0);
	t.is(read('package.env/sccache-gentoo'), '*/*::guru no-dist\na/b no-cache\n');
});

test('a dry run writes nothing', t => {
	const {portage, run} = tree(t);
	const {stdout} = run('exclude', 'a/b', '--dry-run');
	t.regex(stdout, /env\/default-path: would be written\n.*package\.env: would be written\n/);
	t.deepEqual(readdirSync(portage).sort(), ['make.conf', 'path.inc']);
});

test('a wrong atom is an error with the reason, and nothing is written', t => {
	const {portage, run} = tree(t);
	const {code, stderr} = run('exclude', 'a/b', 'xz-utils');
	t.is(code, 2);
	t.regex(stderr, /"xz-utils" is not a package atom: it is not CATEGORY\/PACKAGE/);
	t.is(run('exclude').code, 2);
	t.is(run('include', 'x').code, 2);
	t.not(run('exclude', 'a/b', '--no-dist', '--no-cache').code, 0);
	t.deepEqual(readdirSync(portage).sort(), ['make.conf', 'path.inc']);
});

test('without ORIGINAL_PATH no package is given an empty PATH', t => {
	const {portage, run} = tree(t);
	writeFileSync(join(portage, 'path.inc'), '');
	const {code, stderr} = run('exclude', 'a/b');
	t.is(code, 2);
	t.regex(stderr, /make\.conf sets no ORIGINAL_PATH/);
	t.is(run('exclude', '--no-dist', 'a/b').code, 0);
});

test('a file behind a symbolic link is changed where it is; another env file of the name stays', t => {
	const {root, portage, run, read} = tree(t);
	writeFileSync(join(root, 'real'), '');
	symlinkSync('../../real', join(portage, 'package.env'));
	mkdirSync(join(portage, 'env'));
	writeFileSync(join(portage, 'env/no-dist'), 'MINE="1"\n');
	const {code, stderr} = run('exclude', '--no-dist', 'a/b');
	t.is(code, 0);
	t.regex(stderr, /env\/no-dist is not as it is shipped/);
	t.is(readFileSync(join(root, 'real'), 'utf8'), 'a/b no-dist\n');
	t.is(read('env/no-dist'), 'MINE="1"\n');
});
