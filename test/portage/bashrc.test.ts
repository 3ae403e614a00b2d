import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import {applyBashrc, bashrcFolder, undoBashrc} from '../../src/portage/bashrc.js';

const folder = '/usr/local/libexec/sccache';

function applied(text: string): string {
	const edit = applyBashrc(text, folder);
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
});
