import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {makeServerToken} from '../../src/auth/server-token.js';
import {Connections} from '../../src/http/client.js';
import {decode, encode} from '../../src/protocol/dist/bincode.js';
import {extensionHeaders, type ServerList} from '../../src/protocol/dist/extensions.js';
import {encodeInputs} from '../../src/protocol/dist/inputs-tar.js';
import {
	allocJobResponse,
	submitToolchainResponse,
	toolchain,
} from '../../src/protocol/dist/messages.js';
import {schedulerRoutes, serverRoutes} from '../../src/protocol/dist/routes.js';
import {freePort} from '../helpers/free-port.js';
import {until} from '../helpers/until.js';
import {type PackedToolchain, packGcc} from './gcc-toolchain.js';
import {unable} from './running-server.js';
import {hello, readRun, runBody} from './v1-client.js';

/** `sccache-dist scheduler` and `sccache-dist server`, as they are run. */

const why = unable();
const check = why === undefined ? test.serial : test.skip;
const titled = (title: string) => (why === undefined ? title : `${title} (${why})`);
const program = resolve(import.meta.dirname, '../../bin/sccache-dist');
const key = Buffer.alloc(32, 5);
let gcc: PackedToolchain;
if (why === undefined) {
	test.before('gcc is packed', async () => {
		gcc = await packGcc();
	});
}

async function farm(t: ExecutionContext) {
	const folder = mkdtempSync(join(tmpdir(), 'server-farm-'));
	chmodSync(folder, 0o755);
	const [schedulerPort, serverPort] = [await freePort(), await freePort()];
	const address = `127.0.0.1:${serverPort}`;
	const file = (name: string, text: string) =>
		writeFileSync(join(folder, `${name}.conf`), text, {mode: 0o600});
	file(
		'scheduler',
		`public_addr = "127.0.0.1:${schedulerPort}"
[client_auth]
type = "token"
token = "of-clients"
[server_auth]
type = "jwt_hs256"
secret_key = "${key.toString('base64url')}"
`,
	);
	file(
		'server',
		`cache_dir = "${folder}/cache"
public_addr = "${address}"
scheduler_url = "http://127.0.0.1:${schedulerPort}"
[builder]
type = "overlay"
build_dir = "${folder}/build"
bwrap_path = "/usr/bin/bwrap"
[scheduler_auth]
type = "jwt_token"
token = "${await makeServerToken(address, key)}"
`,
	);
	const children = new Map<string, ChildProcess>();
	const end = async (name: string, signal: NodeJS.Signals) => {
		const child = children.get(name);
		if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
		const exited = once(child, 'exit');
		child.kill(signal);
		await exited;
	};
	const connections = new Connections();
	t.teardown(async () => {
		connections.close();
		for (const name of children.keys()) await end(name, 'SIGKILL');
		rmSync(folder, {recursive: true, force: true});
	});
	const start = (name: 'scheduler' | 'server') => {
		const child = spawn(program, [name, '--config', join(folder, `${name}.conf`)], {
			env: {PATH: process.env.PATH, SCCACHE_NO_DAEMON: '1'},
			stdio: 'ignore',
		});
		children.set(name, child);
	};
	const scheduler = `http://127.0.0.1:${schedulerPort}`;
	const servers = async (): Promise<ServerList['servers']> => {
		try {
			const {body} = await connections.send({
				method: 'GET',
				url: `${scheduler}${schedulerRoutes.servers}`,
				token: 'of-clients',
				timeoutMs: 5000,
			});
			return (JSON.parse(body.toString()) as ServerList).servers;
		} catch {
			return [];
		}
	};
	return {start, end, servers, connections, scheduler};
}

type Farm = Awaited<ReturnType<typeof farm>>;

/** One compile, as our client does it. */
async function compile({connections, scheduler}: Farm, waitMs = 20_000) {
	const allocated = await connections.send({
		method: 'POST',
		url: `${scheduler}${schedulerRoutes.allocJob}`,
		token: 'of-clients',
		headers: {
			'content-type': 'application/octet-stream',
			[extensionHeaders.job]: JSON.stringify({
				arch: process.arch === 'x64' ? 'x86_64' : 'aarch64',
				waitMs,
				predictedMs: 20,
			}),
		},
		body: encode(toolchain, {archiveId: gcc.id}),
		timeoutMs: 30_000,
	});
	const response = decode(allocJobResponse, allocated.body);
	if (response.kind === 'Fail') throw new Error(response.value.msg);
	const {jobAlloc, needToolchain, certDigest} = response.value;
	const common = {
		method: 'POST',
		pin: certDigest.toString('hex'),
		token: jobAlloc.auth,
		timeoutMs: 60_000,
	} as const;
	const url = `https://${jobAlloc.serverId}`;
	if (needToolchain) {
		const {body} = await connections.send({
			...common,
			url: `${url}${serverRoutes.submitToolchain}/${jobAlloc.jobId}`,
			body: gcc.archive,
			askFirst: true,
		});
		if (decode(submitToolchainResponse, body).kind !== 'Success') throw new Error('not kept');
	}
	const answer = await connections.send({
		...common,
		url: `${url}${serverRoutes.runJob}/${jobAlloc.jobId}`,
		headers: {[extensionHeaders.inputsEncoding]: 'identity'},
		body: runBody({}, Buffer.concat(encodeInputs({files: [hello], folders: []}))),
	});
	return {needToolchain, ...readRun(answer)};
}

check(titled('jobs go through; each of the two may be killed and started again'), async t => {
	const all = await farm(t);
	all.start('scheduler');
	all.start('server');
	await until(async () => (await all.servers()).some(({status}) => status !== undefined));
	t.like(await compile(all), {kind: 'Complete', code: 0, needToolchain: true});
	await until(async () => (await all.servers())[0]?.status?.toolchains.includes(gcc.id) === true);
	t.like(await compile(all), {kind: 'Complete', code: 0, needToolchain: false});
	await until(async () => (await all.servers())[0]?.inProgress === 0);
	t.not((await all.servers())[0]?.speed, 1, 'what a job took was learnt');

	await all.end('scheduler', 'SIGKILL');
	all.start('scheduler');
	await until(async () => (await all.servers()).length === 1);
	t.like(await compile(all), {kind: 'Complete', code: 0});

	await all.end('server', 'SIGKILL');
	all.start('server');
	await until(async () => (await all.servers())[0]?.status?.toolchains.length === 0);
	t.like(await compile(all), {kind: 'Complete', code: 0}, 'the toolchain is still there');

	await all.end('server', 'SIGTERM');
	t.deepEqual(await all.servers(), []);
});
