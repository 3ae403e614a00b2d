import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {applyBashrc, bashrcFolder, bashrcReports, undoBashrc} from '../../src/portage/bashrc.js';

const folder = '/usr/local/libexec/sccache';

function applied(text: string, block = {}): string {
	const edit = applyBashrc(text, {shimFolder: folder, reports: true, ...block});
	return 'text' in edit ? edit.text : '';
}

test('applied twice it is applied once; undone, it leaves no trace', t => {
	fc.assert(
		fc.property(fc.string({unit: 'binary'}), text => {
			const once = applied(text);
			t.is(applied(once), once);
			t.deepEqual(undoBashrc(once), {text});
		}),
	);
});

function pathIn(env: Record<string, string>): string {
	const script = `${applied('mine=1\n')}\n${applied('')}\nprintf %s "$PATH"`;
	const result = spawnSync('bash', ['-euc', script], {
		encoding: 'utf8',
		env: {PATH: '/usr/bin:/bin', ...env},
	});
	return result.status === 0 ? result.stdout : `${result.status}: ${result.stderr}`;
}

test('the src_ phases have our folder first in PATH, once, and no other phase has it', t => {
	for (const phase of ['unpack', 'prepare', 'configure', 'compile', 'test', 'install']) {
		t.is(pathIn({EBUILD_PHASE: phase}), `${folder}:/usr/bin:/bin`, phase);
	}
	for (const phase of ['depend', 'setup', 'preinst', 'postinst', '']) {
		t.is(pathIn({EBUILD_PHASE: phase}), '/usr/bin:/bin', phase);
	}
	t.is(pathIn({}), '/usr/bin:/bin');
});

test("Rust's compiler is wrapped where our program is, unless somebody has said otherwise", t => {
	const place = mkdtempSync(join(tmpdir(), 'bashrc-rust-'));
	try {
		writeFileSync(join(place, 'sccache'), '#!/bin/sh\n', {mode: 0o755});
		const wrapper = (env: Record<string, string>) =>
			spawnSync('/bin/bash', ['-euc', `${applied('')}\nprintf %s "\${RUSTC_WRAPPER-unset}"`], {
				encoding: 'utf8',
				env: {PATH: '/usr/bin:/bin', EBUILD_PHASE: 'compile', ...env},
			}).stdout;
		const ours = {PATH: `${place}:/usr/bin:/bin`};
		t.is(wrapper(ours), 'sccache');
		t.is(wrapper({...ours, RUSTC_WRAPPER: ''}), '');
		t.is(wrapper({...ours, RUSTC_WRAPPER: '/opt/mine'}), '/opt/mine');
		t.is(wrapper({...ours, SCCACHE_BYPASS: '1'}), 'unset');
		t.is(wrapper({...ours, EBUILD_PHASE: 'setup'}), 'unset');
		t.is(wrapper({PATH: '/nowhere'}), 'unset');
	} finally {
		rmSync(place, {recursive: true});
	}
});

test('a package with env/default-path is left out', t => {
	t.is(pathIn({EBUILD_PHASE: 'compile', SCCACHE_BYPASS: '1'}), '/usr/bin:/bin');
});

const canCheck = existsSync('/usr/bin/shellcheck');
(canCheck ? test : test.skip)(
	`shellcheck has nothing to say${canCheck ? '' : ' (no shellcheck)'}`,
	t => {
		const {stdout, status} = spawnSync('shellcheck', ['--shell=bash', '-'], {
			input: applied(''),
			encoding: 'utf8',
		});
		t.is(status, 0, stdout);
	},
);

test('the folder of our block is found again, and of nothing else', t => {
	t.is(bashrcFolder(applied(`export PATH="/mine:\${PATH}"\n`)), folder);
	t.is(bashrcFolder(`export PATH="/mine:\${PATH}"\n`), undefined);
	t.is(bashrcFolder(''), undefined);
	t.is(bashrcFolder(applied('', {shimFolder: undefined})), undefined);
});

test('the block has what was chosen, and none is there for nothing', t => {
	t.true(bashrcReports(applied('')));
	t.false(bashrcReports(applied('', {reports: false})));
	t.true(bashrcReports(applied('', {shimFolder: undefined})));
	t.is(applied(applied('mine=1\n'), {shimFolder: undefined, reports: false}), 'mine=1\n');
});

/** The end of a merge, as Portage goes about it. `program`: what sccache-gentoo does. */
function merge(t: ExecutionContext, program: string, phase: string, unpacked = true): string {
	const dir = mkdtempSync(join(tmpdir(), 'bashrc-test-'));
	t.teardown(() => rmSync(dir, {recursive: true}));
	writeFileSync(join(dir, 'sccache-gentoo'), `#!/bin/bash\n${program}\n`, {mode: 0o755});
	if (unpacked) {
		writeFileSync(join(dir, '.unpacked'), '');
		utimesSync(join(dir, '.unpacked'), 1000, 1234);
	}
	const script = `elog() { echo "elog:$*"; }
		PORTAGE_BUILDDIR='${dir}' CATEGORY=dev-libs PF=foo-1-r2
		${applied('')}
		if declare -F post_pkg_${phase} >/dev/null; then post_pkg_${phase}; fi`;
	const {status, stdout, stderr} = spawnSync('bash', ['--norc', '-euc', script], {
		encoding: 'utf8',
		env: {PATH: `${dir}:/usr/bin:/bin`, EBUILD_PHASE: phase},
	});
	return `${status}:${stdout}${stderr}`;
}

test('after a build a line is logged, of that version since it was unpacked', t => {
	t.is(
		merge(t, 'echo "$*"', 'postinst'),
		'0:elog:sccache: stats --line --package =dev-libs/foo-1-r2 --since @1234\n',
	);
});

test('nothing is logged for a binary package, without compiles, in other phases or when it fails', t => {
	t.is(merge(t, 'echo x', 'postinst', false), '0:');
	t.is(merge(t, ':', 'postinst'), '0:');
	t.is(merge(t, 'echo x', 'preinst'), '0:');
	t.is(merge(t, 'echo x; echo oops >&2; exit 1', 'postinst'), '0:');
	t.is(merge(t, 'rm "$0"', 'postinst'), '0:');
});
