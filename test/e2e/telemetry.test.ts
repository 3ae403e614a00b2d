import {spawnSync} from 'node:child_process';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {request as requestHttps} from 'node:https';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {freePort} from '../helpers/free-port.js';
import {hasProgram} from '../helpers/has-program.js';
import {
	nothingHere,
	startDistributing,
	unableToDistribute,
	untilDistributing,
} from './distributing.js';
import {Farm, settle} from './farm.js';

/** What a farm that runs tells of itself, and what it does not. */

const unable = unableToDistribute();
const check = unable === undefined ? test.serial : test.serial.skip;
const because = unable === undefined ? '' : ` (${unable})`;

/** By name and labels. */
function samples(text: string): ReadonlyMap<string, number> {
	return new Map(
		text
			.split('\n')
			.filter(line => line !== '' && !line.startsWith('#'))
			.map(line => {
				const blank = line.lastIndexOf(' ');
				return [line.slice(0, blank), Number(line.slice(blank + 1))] as const;
			}),
	);
}

async function read(url: string, token?: string): Promise<{status: number; text: string}> {
	const headers = token === undefined ? {} : {authorization: `Bearer ${token}`};
	if (url.startsWith('http:')) {
		const answer = await fetch(url, {headers});
		return {status: answer.status, text: await answer.text()};
	}
	return new Promise((resolve, reject) => {
		requestHttps(url, {headers, rejectUnauthorized: false, agent: false}, answer => {
			let text = '';
			answer.setEncoding('utf8').on('data', part => {
				text += part;
			});
			answer.once('end', () => resolve({status: answer.statusCode ?? 0, text}));
		})
			.once('error', reject)
			.end();
	});
}

/** A daemon answers compiles a moment before it answers this. */
async function readSoon(url: string): Promise<{text: string}> {
	for (let tries = 0; tries < 200; tries++) {
		try {
			return await read(url);
		} catch {
			await sleep(25);
		}
	}
	return read(url);
}

/** Every token and key of the farm, off its files. */
function secretsOf(folder: string): readonly string[] {
	return readdirSync(folder)
		.filter(name => name.endsWith('.conf'))
		.flatMap(name => [
			...readFileSync(join(folder, name), 'utf8').matchAll(/^(?:token|secret_key) = "(.+)"$/gm),
		])
		.map(([, secret = '']) => secret);
}

check(`all daemons of a farm tell Prometheus how it fares, and no secret${because}`, async t => {
	const port = await freePort();
	const {farm: idle, servers, close} = await startDistributing({serverLines: 'max_jobs = 3'});
	t.teardown(close);
	await idle.stopDaemon();
	const file = servers.clientFile('measured', `${nothingHere}\nmetrics_port = ${port}`);
	const farm = await Farm.start({SCCACHE_CONF: file, SCCACHE_LOG: 'trace'});
	t.teardown(() => farm.close());
	await untilDistributing(farm, 'gcc');
	farm.write('a.c', 'int a(void) { return 1; }\n');
	farm.write('broken.c', 'int x = ;\n');
	settle();
	for (let round = 0; round < 3; round++) farm.run('gcc', ['-c', 'a.c']);
	farm.run('gcc', ['-c', 'broken.c']);
	const counted = farm.counts();
	const server = servers.serverAddress(0);
	const urls = {
		client: `http://127.0.0.1:${port}/metrics`,
		scheduler: `${servers.schedulerUrl}/metrics`,
		server: `https://${server}/metrics`,
	};
	const answers = await Promise.all(Object.values(urls).map(url => read(url)));
	t.deepEqual(
		answers.map(({status}) => status),
		[200, 200, 200],
	);
	const [client, scheduler, build] = answers.map(({text}) => samples(text));

	const requests = (outcome: string) =>
		client?.get(`sccache_client_requests_total{outcome="${outcome}"}`);
	t.is(requests('direct_hit'), counted.directHits);
	t.is(requests('direct_hit'), 2);
	t.is(requests('miss'), counted.misses);
	t.is(requests('failed'), 1);
	t.is(client?.get(`sccache_client_remote_compiles_total{server="${server}"}`), counted.away);
	t.is(client?.get('sccache_client_scheduler_up'), 1);
	t.true((client?.get('sccache_client_saved_seconds_total') ?? 0) > 0);
	t.is(client?.get('sccache_client_running_compiles'), 0);

	// The compiler that said no did its job.
	const done = counted.away + 1;
	t.is(scheduler?.get(`sccache_scheduler_jobs_total{server="${server}",outcome="done"}`), done);
	t.is(scheduler?.get('sccache_scheduler_allocations_total{result="server"}'), done);
	t.is(scheduler?.get('sccache_scheduler_allocation_seconds_count'), done);
	t.is(scheduler?.get('sccache_scheduler_servers{state="up"}'), 1);
	t.is(scheduler?.get(`sccache_scheduler_server_slots{server="${server}"}`), 3);
	t.is(scheduler?.get('sccache_scheduler_queued_jobs'), 0);

	t.is(build?.get('sccache_server_jobs_total{outcome="done"}'), counted.away);
	t.is(build?.get('sccache_server_jobs_total{outcome="compiler_error"}'), 1);
	t.is(build?.get('sccache_server_job_seconds_count'), done);
	t.is(build?.get('sccache_server_toolchains_received_total{result="ok"}'), 1);
	t.is(build?.get('sccache_server_toolchains{state="ready"}'), 1);
	t.is(build?.get('sccache_server_slots'), 3);
	t.is(build?.get('sccache_server_scheduler_up'), 1);
	t.true((build?.get('sccache_server_input_bytes_total') ?? 0) > 0);

	if (hasProgram('promtool')) {
		for (const {text} of answers) {
			const {stdout, stderr} = spawnSync('promtool', ['check', 'metrics'], {
				input: text,
				encoding: 'utf8',
			});
			t.is(stdout + stderr, '');
		}
	}
	await farm.stopDaemon();
	t.regex(farm.daemonSaid, /a toolchain is packed compiler=/);
	t.regex(farm.daemonSaid, /a toolchain is sent toolchain=[0-9a-f]{64} /);
	t.regex(farm.daemonSaid, /the scheduler gives a server source=a\.c /);
	t.regex(farm.daemonSaid, /compiled by a server source=a\.c server=/);
	const said = [
		...answers.map(({text}) => text),
		farm.daemonSaid,
		servers.said('scheduler'),
		servers.said('server-0'),
	].join('\n');
	const secrets = secretsOf(servers.folder);
	t.true(secrets.length >= 4);
	for (const secret of secrets) t.false(said.includes(secret));
	// A JSON Web Token, as servers and jobs have them.
	t.notRegex(said, /eyJ/);
});

check(`with a token for metrics, only who has it reads them${because}`, async t => {
	const table = '\n[metrics]\ntoken = "only-for-prometheus"\n';
	const {servers, close} = await startDistributing({});
	t.teardown(close);
	for (const name of ['scheduler', 'server-0']) {
		const file = join(servers.folder, `${name}.conf`);
		const text = readFileSync(file, 'utf8');
		await servers.end(name);
		writeFileSync(file, text + table);
	}
	servers.startScheduler();
	servers.startServer(0);
	await servers.untilServers(1);
	for (const url of [servers.schedulerUrl, `https://${servers.serverAddress(0)}`]) {
		t.is((await read(`${url}/metrics`)).status, 401);
		t.is((await read(`${url}/metrics`, servers.clientToken)).status, 401);
		t.is((await read(`${url}/metrics`, 'only-for-prometheus')).status, 200);
	}
	const said = servers.said('scheduler') + servers.said('server-0');
	t.false(said.includes('only-for-prometheus'));
});

test('the client counts what all of its threads do, and listens on 127.0.0.1 alone', async t => {
	const port = await freePort();
	const farm = await Farm.start({SCCACHE_METRICS_PORT: String(port), SCCACHE_WORKERS: '3'});
	t.teardown(() => farm.close());
	farm.write('a.c', 'int a;\n');
	settle();
	for (let round = 0; round < 10; round++) farm.run('gcc', ['-c', 'a.c']);
	const {text} = await readSoon(`http://127.0.0.1:${port}/metrics`);
	const told = samples(text);
	t.is(told.get('sccache_client_workers'), 3);
	t.is(told.get('sccache_client_requests_total{outcome="direct_hit"}'), 9);
	t.is(told.get('sccache_client_requests_total{outcome="miss"}'), 1);
	t.is(told.get('sccache_client_cache_entries'), 1);
	t.false(told.has('sccache_client_scheduler_up'), 'there is no farm');
	const listening = readFileSync('/proc/net/tcp', 'latin1')
		.split('\n')
		.map(line => line.trim().split(/\s+/))
		.filter(([, address = '', , state]) => state === '0A' && address.endsWith(hexPort(port)));
	t.deepEqual(
		listening.map(([, address = '']) => address.split(':')[0]),
		['0100007F'],
	);
});

const hexPort = (port: number): string => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;

test('a port for metrics that is taken is told, and compiles go on', async t => {
	const port = await freePort();
	const env = {SCCACHE_METRICS_PORT: String(port)};
	const first = await Farm.start(env);
	t.teardown(() => first.close());
	const second = await Farm.start(env);
	t.teardown(() => second.close());
	await readSoon(`http://127.0.0.1:${port}/metrics`);
	second.write('a.c', 'int a;\n');
	settle();
	second.run('gcc', ['-c', 'a.c']);
	t.is(second.run('gcc', ['-c', 'a.c']).code, 0);
	t.is(second.counts().directHits, 1);
	await second.stopDaemon();
	t.regex(second.daemonSaid, /WARN .*code=ADDRESS_IN_USE/);
});
