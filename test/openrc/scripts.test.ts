import {execFile} from 'node:child_process';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {hasProgram} from '../helpers/has-program.js';

const run = promisify(execFile);
const folder = 'ebuild/dev-util/sccache-gentoo/files';

const check = hasProgram('shellcheck') ? test : test.skip;
const without = hasProgram('shellcheck') ? '' : ' (no shellcheck here)';

check(`shellcheck finds nothing in the OpenRC scripts${without}`, async t => {
	const files = (await readdir(folder)).filter(name => /\.(?:initd|confd)$/.test(name));
	t.is(files.length, 6);
	const paths = files.map(name => join(folder, name));
	const {stdout} = await run('shellcheck', ['--shell=sh', ...paths]).catch(error => error);
	t.is(stdout, '');
});

/** What a script leaves in the shell: OpenRC's own functions do nothing here. */
async function source(name: string, settings: string, question: string): Promise<string> {
	const script = `${settings}\n. "$1"\n${question}`;
	const {stdout} = await run('sh', ['-eu', '-c', script, 'sh', join(folder, `${name}.initd`)], {
		env: {PATH: '/usr/bin:/bin', RC_SVCNAME: name},
	});
	return stdout.trimEnd();
}

test('each daemon is started as its unit starts it', async t => {
	for (const name of ['client', 'scheduler', 'server']) {
		const unit = await readFile(`systemd/sccache-${name}.service`, 'utf8');
		const started = /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '';
		const question = `eval "set -- $command \${command_args:-}"; echo "$@"`;
		const command = await source(`sccache-${name}`, '', question);
		t.is(command.replace(' --syslog info', ''), started);
	}
});

test('the client daemon gets the environment of its unit', async t => {
	const unit = await readFile('systemd/sccache-client.service', 'utf8');
	const variables = [...unit.matchAll(/^Environment="(.*)"$/gm)].map(([, pair = '']) => pair);
	const given = await source('sccache-client', '', 'env | grep ^SCCACHE_');
	// The journal says itself that it is one; logger(1) does not.
	t.deepEqual(given.split('\n').sort(), [...variables, 'SCCACHE_LOG_FORMAT=syslog'].sort());
});

test("the client daemon's lines go to syslog with their level, at the level of conf.d", async t => {
	t.regex(await source('sccache-client', '', 'echo "$error_logger"'), /^logger --prio-prefix /);
	const question = 'env | grep ^SCCACHE_LOG=';
	t.is(await source('sccache-client', 'SCCACHE_LOG=debug', question), 'SCCACHE_LOG=debug');
});

test('a port in conf.d takes the place of the socket', async t => {
	const question = 'env | grep ^SCCACHE_SERVER_';
	const given = await source('sccache-client', 'SCCACHE_SERVER_PORT=4227', question);
	t.is(given, 'SCCACHE_SERVER_PORT=4227');
	t.is(await source('sccache-client', '', question), 'SCCACHE_SERVER_UDS=/run/sccache/client.sock');
});

test("conf.d's settings go before the script's", async t => {
	const settings = 'SCCACHE_CONFIG=/etc/other.conf SCCACHE_LOG_LEVEL=debug';
	const question = 'eval "set -- $command_args"; echo "$@ $required_files"';
	t.is(
		await source('sccache-server', settings, question),
		'server --config /etc/other.conf --syslog debug /etc/other.conf',
	);
	const client = await source('sccache-client', 'SCCACHE_CACHE_SIZE=5G', 'env | grep CACHE_SIZE');
	t.is(client, 'SCCACHE_CACHE_SIZE=5G');
});

test('folders are made before the start, for whom they are', async t => {
	const record = 'checkpath() { echo "$*"; }\nstart_pre';
	t.is(
		await source('sccache-client', '', record),
		[
			'-d -m 0755 -o portage:portage /run/sccache',
			'-d -m 0755 -o root:root /var/cache/sccache',
			'-d -m 0750 -o portage:portage /var/cache/sccache/cache',
		].join('\n'),
	);
});
