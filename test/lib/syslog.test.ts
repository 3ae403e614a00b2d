import {spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import test from 'ava';

/** A daemon's lines reach the system's log, with their level and its name. */

const needed = ['logger', 'python3', 'bwrap'];
const missing = needed.find(name => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
const check = missing === undefined ? test : test.skip;
const because = missing === undefined ? '' : ` (no ${missing})`;

/** What listens at /dev/log elsewhere: prints what arrives, until a line says that it was the last. */
const listener = `
import socket, sys
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(sys.argv[1])
print('ready', flush=True)
while True:
    said = log.recv(65536).decode()
    print(said, flush=True)
    if 'last' in said: break
`;
const speaker = `
import {openSyslog} from '${resolve(import.meta.dirname, '../../src/lib/syslog.js')}';
const {write, close} = openSyslog('sccache-test', line => process.stderr.write(line));
write('<4>a server is slow\\n');
write('<6>the last line\\n');
await close();
`;

check(`lines keep their level${because}`, async t => {
	const folder = mkdtempSync(join(tmpdir(), 'sccache-syslog-'));
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	const path = join(folder, 'log');
	const log = spawn('python3', ['-c', listener, path], {stdio: ['ignore', 'pipe', 'inherit']});
	t.teardown(() => log.kill());
	let said = '';
	const ended = new Promise<void>(done => log.stdout.once('end', () => done()));
	await new Promise<void>(ready => {
		log.stdout.setEncoding('utf8').on('data', text => {
			said += text;
			if (said.startsWith('ready')) ready();
		});
	});
	t.true(existsSync(path));
	const sandbox = ['--bind', '/', '/', '--dev', '/dev', '--bind', path, '/dev/log'];
	const argv = [...sandbox, process.execPath, '--input-type=module', '-e', speaker];
	const {status, stderr} = spawnSync('bwrap', argv, {encoding: 'utf8', timeout: 20_000});
	t.is(status, 0, stderr);
	t.is(stderr, '', 'nothing went elsewhere');
	await ended;
	// The facility daemon is 3, shifted by three bits (RFC 3164, 4.1.1).
	t.regex(said, /<28>.*sccache-test\[\d+\]: a server is slow/);
	t.regex(said, /<30>.*sccache-test\[\d+\]: the last line/);
});
