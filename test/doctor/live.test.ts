import {chmodSync, chownSync, copyFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {packageVersion} from '../../src/commands/package-info.js';
import type {Host} from '../../src/doctor/host.js';
import {Farm, program} from '../e2e/farm.js';
import {type Findings, plantTree, portage, type Tree} from './place.js';

/** The checks of the client, on a daemon that runs as user portage. */

const live = process.getuid?.() === 0 ? test.serial : test.serial.skip;
const notRoot = process.getuid?.() === 0 ? '' : ' (needs to be root)';

const ids = ['links', 'compilers', 'client.conf', 'cache', 'space', 'daemon', 'access', 'compile'];

interface Client {
	readonly farm: Farm;
	readonly tree: Tree;
	examine(changes?: Partial<Host>, fix?: boolean): Promise<Findings>;
}

/** A tree whose compilers are this host's, and a daemon for it. */
async function startClient(t: ExecutionContext): Promise<Client> {
	const tree = plantTree(t);
	for (const name of ['gcc', 'g++', 'as']) {
		rmSync(tree.path(`usr/bin/${name}`), {force: true});
		symlinkSync(`/usr/bin/${name}`, tree.path(`usr/bin/${name}`));
	}
	const conf = tree.path('etc/sccache/client.conf');
	const asPortage = `chown -R ${portage}:${portage} "$HOME"; exec setpriv --reuid ${portage} --regid ${portage} --clear-groups "$@"`;
	const farm = await Farm.start({SCCACHE_CONF: conf}, ['sh', '-c', asPortage, 'sh']);
	t.teardown(() => farm.close());
	return {
		farm,
		tree,
		examine: (changes = {}, fix = false) =>
			tree.examine(
				{
					isLive: true,
					version: packageVersion(),
					env: {SCCACHE_SERVER_UDS: farm.socket},
					...changes,
				},
				fix,
			),
	};
}

const statusOf = (findings: Findings) =>
	Object.fromEntries(ids.map(id => [id, findings[id]?.[0]?.status]));

live(`a sound client: the second compile through the shim is in the cache${notRoot}`, async t => {
	const {examine, farm} = await startClient(t);
	const findings = await examine();
	t.deepEqual(
		statusOf(findings),
		Object.fromEntries(ids.map(id => [id, 'ok'])),
		JSON.stringify(findings, undefined, 1),
	);
	t.regex(findings.compile?.[0]?.message ?? '', /^As portage, gcc compiled once/);
	t.is(findings.daemon?.[0]?.message, `The daemon answers on ${farm.socket}.`);
	t.regex(findings.farm?.[0]?.message ?? '', /names no scheduler/);
});

live(`no daemon, a daemon that says nothing, and one that is root's${notRoot}`, async t => {
	const {examine, farm} = await startClient(t);
	await farm.stopDaemon();
	const down = await examine();
	t.is(down.daemon?.[0]?.status, 'failure');
	t.regex(down.daemon?.[0]?.message ?? '', /^No daemon answers on /);
	t.is(down.daemon?.[0]?.mend, 'systemctl start sccache-client');
	t.is((await examine({init: 'openrc'})).daemon?.[0]?.mend, 'rc-service sccache-client start');
	t.is(down.access?.[0]?.status, 'skipped');
	t.is(down.compile?.[0]?.status, 'skipped');
	// Where no init system runs, --fix says so.
	t.regex((await examine({}, true)).daemon?.[0]?.repaired ?? '', /^(?:not mended: |.*done$)/);

	const other = createServer(socket => socket.resume().end('what?'));
	rmSync(farm.socket, {force: true});
	await new Promise<void>(resolve => other.listen(farm.socket, resolve));
	const odd = await examine();
	t.is(odd.daemon?.[0]?.status, 'failure');
	t.regex(odd.daemon?.[0]?.message ?? '', /^Something listens on .*, but: /);
	await new Promise(resolve => other.close(resolve));
});

live(`a socket that portage can't get to, or may not connect to${notRoot}`, async t => {
	const {examine, farm} = await startClient(t);
	chownSync(farm.root, 0, 0);
	chmodSync(farm.root, 0o700);
	const shut = (await examine()).access?.[0];
	t.is(shut?.status, 'failure');
	t.regex(shut?.message ?? '', /^User portage can't pass .* \(0700\) to the socket/);
	const mended = (await examine({}, true)).access?.[0];
	t.is(mended?.status, 'ok');
	t.regex(mended?.repaired ?? '', /is 0711 now$/);
	chownSync(farm.socket, 0, 0);
	const owned = (await examine()).access?.[0];
	t.is(owned?.status, 'failure');
	t.regex(owned?.message ?? '', /belongs to user 0 \(0700\): portage can't connect/);
});

live(`a daemon of another version, or of another user, is told${notRoot}`, async t => {
	const {examine, tree} = await startClient(t);
	const older = (await examine({version: '99.0'})).daemon?.[0];
	t.is(older?.status, 'warning');
	t.regex(older?.message ?? '', /this is 99\.0/);
	tree.write('etc/passwd', 'portage:x:251:251::/:/bin/false\n');
	const stranger = (await examine()).daemon?.[0];
	t.is(stranger?.status, 'failure');
	t.regex(stranger?.message ?? '', /runs as user 250; builds trust one of portage or root alone/);
});

live(`links to an older sccache are mended, and then compiles are tried${notRoot}`, async t => {
	const {examine, tree} = await startClient(t);
	rmSync(tree.path('usr/bin/sccache'));
	copyFileSync(program, tree.path('usr/bin/sccache'));
	const stale = await examine();
	t.is(stale.links?.[0]?.status, 'failure');
	t.is(stale.compile?.[0]?.status, 'skipped');
	const mended = await examine({}, true);
	t.is(mended.links?.[0]?.status, 'ok');
	t.is(mended.compile?.[0]?.status, 'ok', mended.compile?.[0]?.message);
});

live(
	`a compiler that fails, and a daemon that can't store, are told from the compile${notRoot}`,
	async t => {
		const {examine, farm, tree} = await startClient(t);
		rmSync(tree.path('usr/bin/gcc'));
		tree.write('usr/bin/gcc', '#!/bin/sh\necho "gcc-config: no profile" >&2\nexit 1\n', 0o755);
		const failing = (await examine()).compile?.[0];
		t.is(failing?.status, 'failure');
		t.regex(failing?.message ?? '', /gcc ended with 1 on a small program: gcc-config: no profile/);
		rmSync(tree.path('usr/bin/gcc'));
		symlinkSync('/usr/bin/gcc', tree.path('usr/bin/gcc'));
		await farm.stopDaemon();
		await farm.startDaemon({SCCACHE_LOCAL_RW_MODE: 'READ_ONLY'});
		const readOnly = (await examine()).compile?.[0];
		t.is(readOnly?.status, 'warning', readOnly?.message);
		t.regex(readOnly?.message ?? '', /should be found, and was a miss/);
	},
);

live(`another client.conf than the daemon's own is not taken for it${notRoot}`, async t => {
	const {examine, farm, tree} = await startClient(t);
	const other = join(farm.root, 'other.conf');
	writeFileSync(other, 'nonsense = 1\n');
	const findings = await examine({env: {SCCACHE_SERVER_UDS: farm.socket, SCCACHE_CONF: other}});
	t.regex(
		findings['client.conf']?.[0]?.message ?? '',
		new RegExp(tree.path('etc/sccache/client.conf')),
	);
});

live(`a port and an abstract socket are connected to as portage, too${notRoot}`, async t => {
	const tree = plantTree(t);
	const name = `sccache-doctor-${process.pid}`;
	const answering = {
		ping: async () => ({pid: process.pid, version: '0'}),
		stats: async () => undefined,
	};
	for (const abstract of [false, true]) {
		const server = createServer(socket => socket.resume().end());
		const where = abstract ? {path: `\0${name}`} : {host: '127.0.0.1', port: 0};
		await new Promise<void>(resolve => server.listen(where, resolve));
		const port = abstract ? 0 : (server.address() as {port: number}).port;
		const env = abstract
			? {SCCACHE_SERVER_UDS: `\\x00${name}`}
			: {SCCACHE_SERVER_PORT: String(port)};
		const {access, daemon, features} = await tree.examine({isLive: true, env, daemon: answering});
		t.is(daemon?.[0]?.status, 'warning', daemon?.[0]?.message);
		t.is(access?.[0]?.message, 'User portage can connect.');
		t.is(features?.[0]?.status, 'failure');
		await new Promise(resolve => server.close(resolve));
	}
});
