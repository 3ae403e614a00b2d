import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, symlinkSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {nothingHere, unableToDistribute, untilDistributing} from '../e2e/distributing.js';
import {Farm, program} from '../e2e/farm.js';
import {freePort} from '../helpers/free-port.js';
import {cliEnvironment, runProgram, smallTree} from './small-tree.js';

/** Three hosts that setup has made, each in a prefix of this machine, do work together. */

const unable = unableToDistribute();
const check = unable === undefined ? test : test.skip;

function host(t: ExecutionContext, client = '') {
	const files = client === '' ? {} : {'/etc/sccache/client.conf': client};
	const tree = smallTree('neither', files);
	t.teardown(tree.remove);
	// The jobs' user passes through it.
	chmodSync(tree.root, 0o755);
	const setup = (code: string, ...args: readonly string[]) => {
		const ran = runProgram(code, 'setup', ...args, '--yes', '--eprefix', tree.root);
		t.is(ran.code, 0, ran.stderr);
	};
	return {
		root: tree.root,
		config: (role: string) => join(tree.root, `etc/sccache/${role}.conf`),
		setup,
	};
}

function daemon(t: ExecutionContext, role: string, config: string): ChildProcess {
	const child = spawn(join(dirname(program), 'sccache-dist'), [role, '--config', config], {
		env: {
			...cliEnvironment,
			PATH: `${cliEnvironment.PATH}:/usr/sbin:/sbin`,
			SCCACHE_NO_DAEMON: '1',
		},
		stdio: 'ignore',
	});
	const ended = once(child, 'exit');
	t.teardown(async () => {
		child.kill();
		await ended;
	});
	return child;
}

async function untilServers(url: string, count: number): Promise<void> {
	for (let tries = 0; tries < 200; tries++) {
		const answer = await fetch(`${url}/api/v1/scheduler/status`, {
			headers: {accept: 'application/json'},
		}).catch(() => undefined);
		const status =
			answer?.ok === true ? ((await answer.json()) as {num_servers: number}) : undefined;
		if (status?.num_servers === count) return;
		await sleep(100);
	}
	throw new Error('the server did not reach the scheduler');
}

check(
	`hosts that were joined by codes compile for one another${unable === undefined ? '' : ` (${unable})`}`,
	async t => {
		t.timeout(180_000);
		const [scheduler, server] = [host(t), host(t)];
		const client = host(t, `${nothingHere}\n`);
		const [schedulerPort, serverPort] = [await freePort(), await freePort()];
		scheduler.setup('', 'scheduler', `--scheduler-address=127.0.0.1:${schedulerPort}`);
		const code = (...args: readonly string[]) =>
			runProgram('', 'join-code', '--config', scheduler.config('scheduler'), ...args).stdout;
		symlinkSync('/usr/bin/bwrap', join(server.root, 'usr/bin/bwrap'));
		server.setup(code('--server', `127.0.0.1:${serverPort}`), 'server', '--join-code-file=-');
		client.setup(code(), 'client', '--join-code-file=-');

		daemon(t, 'scheduler', scheduler.config('scheduler'));
		daemon(t, 'server', server.config('server'));
		await untilServers(`http://127.0.0.1:${schedulerPort}`, 1);
		const farm = await Farm.start({SCCACHE_CONF: client.config('client')});
		t.teardown(() => farm.close());
		await untilDistributing(farm, 'gcc');
		const {away, servers} = farm.counts();
		t.true(away >= 1);
		t.deepEqual(Object.keys(servers), [`127.0.0.1:${serverPort}`]);
	},
);
