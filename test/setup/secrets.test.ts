import {lstatSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {Secret} from '../../src/lib/secret.js';
import {formatJoinCode} from '../../src/setup/ask/join-code.js';
import {showKnown} from '../../src/setup/show/hide-secrets.js';
import {type Ran, type SmallTree, smallTree} from './small-tree.js';
import {clientToken, serverToken} from './wiki-answers.js';

function filesBelow(folder: string): readonly string[] {
	return readdirSync(folder).flatMap(name => {
		const path = join(folder, name);
		if (lstatSync(path).isDirectory()) return filesBelow(path);
		return lstatSync(path).isFile() ? [path] : [];
	});
}

/** Whether everyone gets to a file: through its folders too. */
function isOpen(root: string, path: string): boolean {
	if ((statSync(path).mode & 0o004) === 0) return false;
	const inside = path.slice(root.length).split('/').slice(1, -1);
	return inside.every((_, index) => {
		const folder = join(root, ...inside.slice(0, index + 1));
		return (statSync(folder).mode & 0o001) !== 0;
	});
}

function secretsOf(tree: SmallTree): readonly string[] {
	const folder = join(tree.root, 'etc/sccache');
	return readdirSync(folder).flatMap(name =>
		[...tree.read(`/etc/sccache/${name}`).matchAll(/(?:token|secret_key) = "(.+)"/g)].map(
			([, secret = '']) => secret,
		),
	);
}

const everything = [
	...['setup', '--yes', '--roles=scheduler,server,client'],
	...['--scheduler-address=192.0.2.1', '--server-address=192.0.2.1'],
];

function said({stdout, stderr}: Ran): string {
	return stdout + stderr;
}

test('no secret is in a file that everyone can read, nor in what is printed', t => {
	const tree = smallTree('openrc', {'/etc/portage/package.env': 'a/b c\n'});
	t.teardown(tree.remove);
	let printed = said(tree.run(...everything));
	const secrets = secretsOf(tree);
	t.is(secrets.length, 4);
	t.is(new Set(secrets).size, 3);
	for (const args of [
		[...everything, '--server-address=192.0.2.2', '--dry-run'],
		[...everything, '--server-address=192.0.2.2', '--dry-run', '--json'],
		[...everything, '--server-address=192.0.2.2'],
		['setup', 'undo', '--dry-run'],
	]) {
		printed += said(tree.run(...args));
	}
	t.regex(printed, /token = …hidden…/);
	const all = [...new Set([...secrets, ...secretsOf(tree)])];
	for (const path of filesBelow(tree.root)) {
		const text = readFileSync(path, 'latin1');
		if (!all.some(secret => text.includes(secret))) continue;
		t.false(isOpen(tree.root, path), path);
	}
	printed += said(tree.run('setup', 'undo'));
	for (const secret of all) t.false(printed.includes(secret));
	for (const path of filesBelow(tree.root)) {
		t.false(
			all.some(secret => readFileSync(path, 'latin1').includes(secret)),
			path,
		);
	}
});

test('a file with a secret that everyone can read is closed', t => {
	const tree = smallTree('openrc');
	t.teardown(tree.remove);
	t.is(tree.run(...everything).code, 0);
	tree.write('/etc/sccache/client.conf', tree.read('/etc/sccache/client.conf'), 0o644);
	t.regex(tree.run('setup', '--yes').stdout, /^file {4}\/etc\/sccache\/client\.conf/m);
	t.is(statSync(join(tree.root, 'etc/sccache/client.conf')).mode & 0o777, 0o640);
});

test('secrets that stand in a file already are not in the diff of it, however they are written', t => {
	const secret = 'dmVyeSBzZWNyZXQ';
	const config = [
		`# token was ${secret}`,
		'[cache.redis]',
		`endpoint = "redis://me:${secret}@host"`,
		`password = '${secret}'`,
		`other = """`,
		`${secret}"""`,
		'[dist]',
		`auth = { type = "token", token = "${secret}" }`,
		'',
	].join('\n');
	const tree = smallTree('openrc', {'/etc/sccache/client.conf': config});
	t.teardown(tree.remove);
	const ran = tree.run(
		'setup',
		'--yes',
		'--roles=client',
		'--scheduler-url=http://h:1',
		'--dry-run',
	);
	t.regex(ran.stdout, /scheduler_url = "http:\/\/h:1"/);
	t.false(said(ran).includes(secret), ran.stdout);
});

test('tokens come from files, and a wrong join code is not repeated', t => {
	const tree = smallTree('openrc', {
		'/root/token': `${clientToken}\n`,
		'/root/code': 'sccache1.abcdefgh',
	});
	t.teardown(tree.remove);
	const token = `--client-token-file=${join(tree.root, 'root/token')}`;
	const ran = tree.run('setup', 'client', '--yes', '--scheduler-url=http://192.0.2.1:10600', token);
	t.is(ran.code, 0, ran.stderr);
	t.true(tree.read('/etc/sccache/client.conf').includes(`token = "${clientToken}"`));
	const wrong = tree.run(
		'setup',
		'client',
		'--yes',
		`--join-code-file=${join(tree.root, 'root/code')}`,
	);
	t.is(wrong.code, 2);
	t.regex(wrong.stderr, /join code is damaged/);
	t.false(said(wrong).includes('abcdefgh'));
});

test('of a file with secrets, only lines of known keys are shown', t => {
	const shown = (key: string, value: string) => showKnown(`${key} = ${value}`);
	t.is(shown('public_addr', '"192.0.2.1:1"'), 'public_addr = "192.0.2.1:1"');
	t.is(shown('toolchain_cache_size', '10'), 'toolchain_cache_size = 10');
	t.is(shown('scheduler_url', '"http://me:pw@h"'), 'scheduler_url = …hidden…');
	fc.assert(
		fc.property(
			fc.string({minLength: 12, maxLength: 30}),
			fc.constantFrom('token', 'secret_key', 'x'),
			(value, key) => {
				t.is(shown(key, JSON.stringify(value)), `${key} = …hidden…`);
			},
		),
	);
});

test('a join code shows itself to nobody who prints it by accident', t => {
	const code = formatJoinCode({
		schedulerUrl: 'http://192.0.2.1:10600',
		clientToken: new Secret(clientToken),
		server: {publicAddress: '192.0.2.7:10501', token: new Secret(serverToken)},
	});
	t.is(`${code}`, '(secret)');
	t.is(JSON.stringify({code}), '{"code":"(secret)"}');
});
