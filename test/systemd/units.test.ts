import {execFile} from 'node:child_process';
import {chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {hasProgram} from '../helpers/has-program.js';

const run = promisify(execFile);

/** Highest exposure (0 to 10) that `systemd-analyze security` may find; the server mounts, and makes namespaces for jobs. */
const bounds: Record<string, number> = {
	'sccache-client.service': 2.2,
	'sccache-scheduler.service': 2.2,
	'sccache-server.service': 5.5,
};

/** What the units' dependencies name, of any system. */
const targets = ['basic', 'multi-user', 'network-online', 'shutdown', 'sysinit'];

/** A system with our units, and with programs that do nothing. */
async function makeRoot(): Promise<string> {
	const root = await mkdtemp(join(tmpdir(), 'sccache-units-'));
	const units = join(root, 'usr/lib/systemd/system');
	await mkdir(units, {recursive: true});
	await mkdir(join(root, 'usr/bin'));
	for (const name of ['sccache', 'sccache-dist']) {
		const program = join(root, 'usr/bin', name);
		await writeFile(program, '#!/bin/sh\n');
		await chmod(program, 0o755);
	}
	for (const name of targets) await writeFile(join(units, `${name}.target`), '[Unit]\n');
	for (const unit of Object.keys(bounds)) {
		await copyFile(join('systemd', unit), join(units, unit));
	}
	return root;
}

async function verify(root: string, unit: string): Promise<string> {
	const args = ['verify', `--root=${root}`, '--man=no', unit];
	const {stdout, stderr} = await run('systemd-analyze', args);
	return stdout + stderr;
}

async function exposure(root: string, unit: string): Promise<number> {
	const args = ['security', '--offline=true', `--root=${root}`, '--no-pager', unit];
	const {stdout} = await run('systemd-analyze', args, {env: {PATH: process.env.PATH, LC_ALL: 'C'}});
	return Number(/Overall exposure level for [^:]+: ([\d.]+)/.exec(stdout)?.[1]);
}

/** A drop-in that starts the same program by hand. */
const override = (command: string): string =>
	`[Service]\nExecStart=\nExecStart=${command}\nEnvironment="SCCACHE_NO_DAEMON=1"\n`;

const handWritten: Record<string, string> = {
	'sccache-scheduler.service.d/override.conf': override(
		'/usr/bin/sccache-dist scheduler --config /etc/sccache/scheduler.conf',
	),
	'sccache-server.service.d/override.conf': override(
		'/usr/bin/sccache-dist server --config /etc/sccache/server.conf',
	),
	'sccache-client.service': `[Unit]
Description=sccache-dist client
Wants=network-online.target
After=network-online.target

[Service]
Environment="SCCACHE_CONF=/etc/sccache/client.conf"
Environment="SCCACHE_NO_DAEMON=1"
Environment="SCCACHE_START_SERVER=1"
Environment="SCCACHE_LOG=info"
Environment="SCCACHE_DIR=/var/cache/sccache/cache"
Environment="SCCACHE_MAX_FRAME_LENGTH=104857600"
Environment="SCCACHE_SERVER_PORT=4227"
Environment="SCCACHE_CACHE_SIZE=21474836480"
Environment="SCCACHE_IDLE_TIMEOUT=0"
ExecStart=/usr/bin/sccache
User=portage
Group=portage

[Install]
WantedBy=multi-user.target
`,
};

const check = hasProgram('systemd-analyze') ? test : test.skip;
const without = hasProgram('systemd-analyze') ? '' : ' (no systemd-analyze here)';

for (const [unit, bound] of Object.entries(bounds)) {
	check(`${unit} is clean, and exposed no more than ${bound}${without}`, async t => {
		const root = await makeRoot();
		t.teardown(() => rm(root, {recursive: true}));
		t.is(await verify(root, unit), '');
		const found = await exposure(root, unit);
		t.true(found > 0 && found <= bound, `${unit} is exposed by ${found}`);
	});
}

check(`a mistake in a unit is noticed${without}`, async t => {
	const root = await makeRoot();
	t.teardown(() => rm(root, {recursive: true}));
	const unit = 'sccache-client.service';
	const path = join(root, 'usr/lib/systemd/system', unit);
	await writeFile(
		path,
		(await readFile(path, 'utf8')).replace('PrivateDevices=', 'PrivateDevice='),
	);
	t.regex(await verify(root, unit), /PrivateDevice/);
});

check(`units and drop-ins written by hand go over ours${without}`, async t => {
	const root = await makeRoot();
	t.teardown(() => rm(root, {recursive: true}));
	const folder = join(root, 'etc/systemd/system');
	for (const [name, text] of Object.entries(handWritten)) {
		const path = join(folder, name);
		await mkdir(join(path, '..'), {recursive: true});
		await writeFile(path, text);
	}
	for (const unit of Object.keys(bounds)) t.is(await verify(root, unit), '', unit);
	// The client's is another unit altogether, without our settings.
	t.true((await exposure(root, 'sccache-client.service')) > 7);
});

test('every unit is in the tests', async t => {
	const units = (await readdir('systemd')).filter(name => name.endsWith('.service'));
	t.deepEqual(units.sort(), Object.keys(bounds).sort());
});

test('what the client daemon needs is made at boot too, where its unit is replaced by one without folders', async t => {
	const lines = (await readFile('systemd/tmpfiles.d/sccache.conf', 'utf8')).split('\n');
	const folders = new Map(
		lines
			.map(line => line.split(' '))
			.filter(([kind]) => kind === 'd')
			.map(([, path, ...rest]) => [path, rest.join(' ')]),
	);
	t.is(folders.get('/run/sccache'), '0755 portage portage -');
	t.is(folders.get('/var/cache/sccache/cache'), '0750 portage portage -');
	t.is(folders.get('/var/cache/sccache/builder/build'), '0755 root root -');
});
