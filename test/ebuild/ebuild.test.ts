import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {packageVersion} from '../../src/commands/package-info.js';
import {hasProgram} from '../helpers/has-program.js';

const folder = 'ebuild/dev-util/sccache-gentoo';
const live = join(folder, 'sccache-gentoo-9999.ebuild');
const released = join(folder, `sccache-gentoo-${packageVersion()}.ebuild`);
const text = readFileSync(live, 'utf8');

const shellcheck = hasProgram('shellcheck') ? test : test.skip;
const xmllint = hasProgram('xmllint') ? test : test.skip;

test('the ebuild of this version is the live one, and the only other', t => {
	t.is(readFileSync(released, 'utf8'), text);
	const names = readdirSync(folder).filter(name => name.endsWith('.ebuild'));
	t.deepEqual(names.map(name => join(folder, name)).sort(), [released, live].sort());
});

test('bash can read it', t => {
	t.is(spawnSync('bash', ['-n', live], {encoding: 'utf8'}).stderr, '');
});

shellcheck(`shellcheck finds nothing${hasProgram('shellcheck') ? '' : ' (no shellcheck)'}`, t => {
	// Variables that Portage sets and reads, and functions that it calls.
	const known = ['--shell=bash', '--exclude=SC2034,SC2154,SC2317'];
	const {stdout} = spawnSync('shellcheck', [...known, live], {encoding: 'utf8'});
	t.is(stdout, '');
});

test('all that it installs is there', t => {
	const own = [...text.matchAll(/"\$\{FILESDIR\}"?\/([\w.-]+)/g)]
		.map(([, name = '']) => name)
		.filter(name => !name.endsWith('-'));
	t.true(own.length >= 3);
	for (const name of own) t.true(existsSync(join(folder, 'files', name)), name);
	const others = text.match(/\b(?:systemd|portage-env|src\/bin)\/[\w./-]*\w/g) ?? [];
	t.true(others.length >= 3);
	for (const name of others.filter(found => !/sccache$/.test(found)))
		t.true(existsSync(name), name);
	for (const service of ['client', 'scheduler', 'server']) {
		t.true(existsSync(`systemd/sccache-${service}.service`));
		for (const kind of ['initd', 'confd'])
			t.true(existsSync(join(folder, 'files', `sccache-${service}.${kind}`)));
	}
});

test('it builds with the network off and without what is only for a server, unless asked', t => {
	const afterDistServer = /dist-server\? \(([^)]*)\)/.exec(text)?.[1] ?? '';
	t.regex(afterDistServer, /sys-apps\/bubblewrap/);
	t.is(text.split('sys-apps/bubblewrap').length, 2);
	t.regex(text, /^\t!dev-util\/sccache$/m);
	t.regex(text, /npm_config_offline=true/);
	t.false(/https?:/.test(text.replace(/^HOMEPAGE=.*$/m, '')));
});

const logrotate = hasProgram('logrotate') ? test : test.skip;

logrotate(`logrotate can read its file${hasProgram('logrotate') ? '' : ' (no logrotate)'}`, t => {
	const {stderr} = spawnSync('logrotate', ['-d', join(folder, 'files/sccache.logrotate')], {
		encoding: 'utf8',
	});
	t.false(/error/i.test(stderr), stderr);
	t.regex(stderr, /\/var\/log\/sccache\*\.log/);
});

/** Described in Gentoo's own use.desc. */
const globalFlags = ['systemd', 'test'];

test('its USE flags are described', t => {
	const flags = (/^IUSE="(.*)"$/m.exec(text)?.[1] ?? '')
		.split(' ')
		.map(flag => flag.replace('+', ''));
	const metadata = readFileSync(join(folder, 'metadata.xml'), 'utf8');
	const described = [...metadata.matchAll(/<flag name="([^"]+)">[^<]/g)].map(([, name]) => name);
	t.deepEqual(flags.filter(flag => !globalFlags.includes(flag)).sort(), described.sort());
});

xmllint(`metadata.xml is well-formed${hasProgram('xmllint') ? '' : ' (no xmllint)'}`, t => {
	const {stderr} = spawnSync('xmllint', ['--noout', '--nonet', join(folder, 'metadata.xml')], {
		encoding: 'utf8',
	});
	t.is(stderr, '');
});

/** Gentoo's names of SPDX identifiers. */
const gentooNames: Readonly<Record<string, string>> = {
	'BSD-3-Clause': 'BSD',
	'BSD-2-Clause': 'BSD-2',
	'LGPL-3.0': 'LGPL-3',
};

test('its LICENSE names those of all dependencies that are installed', t => {
	const named = new Set((/^LICENSE="(.*)"$/m.exec(text)?.[1] ?? '').split(' '));
	const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
		readonly packages: Readonly<
			Record<string, {readonly dev?: boolean; readonly license?: string}>
		>;
	};
	const installed = Object.entries(lock.packages).filter(([, {dev}]) => dev !== true);
	t.true(installed.length > 20);
	for (const [path, {license = 'none'}] of installed) {
		const choices = license.replace(/[()]/g, '').split(' OR ');
		t.true(
			choices.some(choice => named.has(gentooNames[choice] ?? choice)),
			`${path}: ${license}`,
		);
	}
});
