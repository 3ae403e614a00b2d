import {
	chmodSync,
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {packageVersion} from '../../src/commands/package-info.js';
import type {Host} from '../../src/doctor/host.js';
import {probeList} from '../../src/doctor/probes/scheduler.js';
import {probeServers} from '../../src/doctor/probes/toolchain.js';
import {judgeTrial, type TrialFacts} from '../../src/doctor/verdicts/servers.js';
import {Secret} from '../../src/lib/secret.js';
import {unableToDistribute} from '../e2e/distributing.js';
import {Farm} from '../e2e/farm.js';
import {type FarmOptions, loopback, PrivateFarm} from '../helpers/private-farm.js';
import {foreignCompiler, smallToolchain} from '../server/small-toolchain.js';
import {type Findings, plantTree, type Tree} from './place.js';

/** The checks of the farm, on one of this host alone. */

const why = unableToDistribute();
const onFarm = why === undefined ? test.serial : test.serial.skip;
const suffix = why === undefined ? '' : ` (${why})`;

interface FarmPlace {
	readonly tree: Tree;
	readonly servers: PrivateFarm;
	examine(changes?: Partial<Host>): Promise<Findings>;
}

/** All three roles in one tree, and the daemons of all of them. */
async function startFarm(
	t: ExecutionContext,
	options: Partial<FarmOptions> = {},
	token?: string,
): Promise<FarmPlace> {
	const tree = plantTree(t);
	for (const name of ['gcc', 'g++', 'as']) {
		rmSync(tree.path(`usr/bin/${name}`), {force: true});
		symlinkSync(`/usr/bin/${name}`, tree.path(`usr/bin/${name}`));
	}
	const folder = mkdtempSync(join(tmpdir(), 'doctor-farm-'));
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	const all = {scheduler: loopback, servers: [loopback], ...options};
	const servers = await PrivateFarm.start(folder, all);
	t.teardown(() => servers.stop());
	copyFileSync(join(folder, 'scheduler.conf'), tree.path('etc/sccache/scheduler.conf'));
	copyFileSync(join(folder, 'server-0.conf'), tree.path('etc/sccache/server.conf'));
	copyFileSync(servers.clientFile('client', '', token), tree.path('etc/sccache/client.conf'));
	const farm = await Farm.start({SCCACHE_CONF: tree.path('etc/sccache/client.conf')});
	t.teardown(() => farm.close());
	return {
		tree,
		servers,
		examine: (changes = {}) =>
			tree.examine({
				isLive: true,
				version: packageVersion(),
				env: {SCCACHE_SERVER_UDS: farm.socket},
				...changes,
			}),
	};
}

onFarm(`a sound farm: each server compiles with this host's toolchain${suffix}`, async t => {
	const {examine, servers} = await startFarm(t, {servers: [loopback, loopback]});
	const findings = await examine();
	const whole = JSON.stringify(findings, undefined, 1);
	for (const id of [
		...['scheduler', 'clock', 'token', 'servers', 'toolchain', 'remote'],
		...['scheduler.conf', 'listening', 'server.conf', 'sandbox', 'build folders'],
		...['server space', 'registration'],
	]) {
		for (const {status} of findings[id] ?? [{status: 'missing'}])
			t.is(status, 'ok', `${id}: ${whole}`);
	}
	t.is(findings.remote?.length, 2);
	for (const index of [0, 1]) {
		const address = servers.serverAddress(index);
		const told = findings.remote?.find(({message}) => message.startsWith(address));
		t.regex(told?.message ?? '', /took the toolchain and compiled in \d+ ms\.$/);
	}
	t.notRegex(whole, new RegExp(servers.clientToken));
});

const first = (findings: Findings, id: string) => findings[id]?.[0];

onFarm(`a wrong token, a clock that is off, and a server too many or too few${suffix}`, async t => {
	const {examine, servers, tree} = await startFarm(t, {}, 'another token than the scheduler has');
	const wrong = await examine();
	t.is(first(wrong, 'scheduler')?.status, 'ok');
	t.is(first(wrong, 'token')?.status, 'failure');
	t.regex(first(wrong, 'token')?.message ?? '', /does not take the token/);
	t.is(first(wrong, 'remote')?.status, 'skipped');
	const early = await examine({nowMs: () => Date.now() - 10 * 60_000});
	t.is(first(early, 'clock')?.status, 'failure');
	t.is(first(early, 'clock')?.message, "The scheduler's clock is 10 min before this host's.");
	const late = await examine({nowMs: () => Date.now() + 60_000});
	t.is(first(late, 'clock')?.status, 'warning');

	await servers.end('server-0');
	const none = await examine();
	t.is(first(none, 'servers')?.status, 'failure');
	t.is(first(none, 'registration')?.status, 'failure');
	t.regex(first(none, 'registration')?.message ?? '', /does not know 127\.0\.0\.1/);

	await servers.end('scheduler');
	const away = await examine();
	t.is(first(away, 'scheduler')?.status, 'failure');
	t.regex(first(away, 'scheduler')?.message ?? '', /does not answer: .*ECONNREFUSED/);
	for (const id of ['clock', 'token', 'servers', 'remote']) {
		t.is(first(away, id)?.status, 'skipped', id);
	}
	t.is(first(away, 'listening')?.status, 'failure');
	t.is(first(away, 'registration')?.status, 'failure');

	tree.write(
		'etc/sccache/client.conf',
		'[dist]\nscheduler_url = "127.0.0.1:1"\n[dist.auth]\ntype = "token"\ntoken_file = "/nonexistent"\n',
	);
	t.regex(JSON.stringify((await examine())['client.conf']), /nonexistent.*cannot be read/);
});

onFarm(`a server that can't run the toolchain says why${suffix}`, async t => {
	const {servers} = await startFarm(t);
	const folder = mkdtempSync(join(tmpdir(), 'doctor-toolchain-'));
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	const {id, archive} = await smallToolchain(foreignCompiler);
	const path = join(folder, 'toolchain');
	writeFileSync(path, archive);
	const compiler = '/usr/bin/gcc';
	const sizeBytes = archive.length;
	const farm = {
		schedulerUrls: [`${servers.schedulerUrl}/`],
		token: new Secret(servers.clientToken),
	};
	const packed = {
		facts: {kind: 'packed', compiler, sizeBytes},
		archive: {id, path, sizeBytes},
		close: () => {},
	} as const;
	for (const reason of [/dies of SIGILL\.$/, /refuses the toolchain: .*SIGILL/]) {
		const [trial] = await probeServers(farm, packed, [servers.serverAddress(0)]);
		const verdict = judgeTrial(trial as TrialFacts);
		t.is(verdict.status, 'failure');
		t.regex(verdict.message, /does not take this host's toolchain: /);
		t.regex(verdict.message, reason);
		t.regex(verdict.mend ?? '', /-march/);
		// It tells the scheduler with its next status.
		await untilRefused(servers, id);
	}
});

async function untilRefused(servers: PrivateFarm, id: string): Promise<void> {
	const farm = {schedulerUrls: [servers.schedulerUrl], token: new Secret(servers.clientToken)};
	for (let tries = 0; tries < 100; tries++) {
		const {list} = await probeList(farm);
		if (list?.servers.some(({status}) => status?.refused[id] !== undefined)) return;
		await sleep(100);
	}
	throw new Error('the scheduler does not hear of it');
}

onFarm(`a server without bubblewrap, or with folders that others can write${suffix}`, async t => {
	const tree = plantTree(t);
	const folder = tree.path('build');
	mkdirSync(folder);
	chmodSync(folder, 0o777);
	const token = jwtFor('192.0.2.7:10501');
	tree.write(
		'etc/sccache/server.conf',
		`public_addr = "192.0.2.7:10501"
cache_dir = "${tree.path('missing')}"
scheduler_url = "127.0.0.1:1"
[builder]
type = "overlay"
build_dir = "${folder}"
bwrap_path = "/nonexistent/bwrap"
[scheduler_auth]
type = "jwt_token"
token = "${token}"
`,
		0o600,
	);
	const findings = await tree.examine({isLive: true, env: {SCCACHE_SERVER_UDS: '/nonexistent'}});
	t.is(first(findings, 'server.conf')?.status, 'ok', first(findings, 'server.conf')?.message);
	t.is(first(findings, 'sandbox')?.status, 'failure');
	t.regex(first(findings, 'sandbox')?.message ?? '', /bwrap can't be run/);
	t.is(first(findings, 'sandbox')?.mend, 'install bubblewrap, and name it in bwrap_path');
	const [builds, toolchains] = findings['build folders'] ?? [];
	t.regex(builds?.message ?? '', /Others than root can write in .*build, for builds \(0777\)/);
	t.is(builds?.mend, `chmod go-w ${folder}`);
	t.regex(toolchains?.message ?? '', /^There is no .*missing, for toolchains and results\.$/);
	t.is(first(findings, 'server space')?.status, 'skipped');
});

/** Only its claim is looked at. */
const jwtFor = (server: string): string =>
	['{"alg":"HS256"}', JSON.stringify({server_id: server}), 'signature']
		.map(part => Buffer.from(part).toString('base64url'))
		.join('.');
