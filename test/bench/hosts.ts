import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Host} from '../helpers/private-farm.js';

/** Machines of their own, as far as network and CPU go; all of them have the files of this one. */
export interface Hosts {
	readonly hosts: readonly Host[];
	/** Whether each is held to its share of a core. */
	readonly areHeld: boolean;
	/** And ends what still runs there. */
	remove(): Promise<void>;
}

const periodUs = 20_000;

/** One host for each share of a core. They reach each other, and nothing else. As root. */
export function makeHosts(shares: readonly number[]): Hosts {
	const name = (index: number) => `sccache-${process.pid}-${index}`;
	const middle = `sccache-${process.pid}-bridge`;
	const groups = shares.map((share, index) => makeGroup(name(index), share));
	ip(`netns add ${middle}`);
	ip(`-n ${middle} link add bridge type bridge`);
	ip(`-n ${middle} link set bridge up`);
	const hosts = shares.map((_, index): Host => {
		const address = `10.0.0.${index + 1}`;
		const namespace = name(index);
		ip(`netns add ${namespace}`);
		ip(`-n ${namespace} link set lo up`);
		ip(`-n ${middle} link add port${index} type veth peer name eth0 netns ${namespace}`);
		ip(`-n ${middle} link set port${index} master bridge up`);
		ip(`-n ${namespace} addr add ${address}/24 dev eth0`);
		ip(`-n ${namespace} link set eth0 up`);
		const group = groups[index];
		const join = group === undefined ? ':' : `echo $$ >${group}/cgroup.procs`;
		const enter = [
			'/bin/sh',
			'-c',
			`${join} && exec nsenter --net=/run/netns/${namespace} "$@"`,
			'sh',
		];
		return {address, enter};
	});
	return {
		hosts,
		areHeld: groups.every(group => group !== undefined),
		async remove() {
			for (const index of shares.keys()) {
				// Not all daemons end with the process that was started.
				for (const pid of ip(`netns pids ${name(index)}`)
					.split('\n')
					.filter(Boolean))
					end(Number(pid));
				ip(`netns delete ${name(index)}`);
			}
			ip(`netns delete ${middle}`);
			for (const group of groups) if (group !== undefined) await removeGroup(group);
		},
	};
}

function ip(words: string): string {
	const {status, stdout, stderr} = spawnSync('ip', words.split(' '), {encoding: 'utf8'});
	if (status !== 0) throw new Error(`ip ${words}: ${stderr}`);
	return stdout;
}

function end(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It has ended by itself.
	}
}

/** The folder of a new group; undefined where there is none for CPU time to be had. */
function makeGroup(name: string, share: number): string | undefined {
	const quotaUs = Math.round(share * periodUs);
	try {
		const first = '/sys/fs/cgroup/cpu';
		if (existsSync(join(first, 'cpu.cfs_quota_us'))) {
			const group = join(first, name);
			mkdirSync(group);
			writeFileSync(join(group, 'cpu.cfs_period_us'), `${periodUs}`);
			writeFileSync(join(group, 'cpu.cfs_quota_us'), `${quotaUs}`);
			return group;
		}
		const second = '/sys/fs/cgroup';
		if (!readFileSync(join(second, 'cgroup.controllers'), 'utf8').includes('cpu')) return undefined;
		writeFileSync(join(second, 'cgroup.subtree_control'), '+cpu');
		const group = join(second, name);
		mkdirSync(group);
		writeFileSync(join(group, 'cpu.max'), `${quotaUs} ${periodUs}`);
		return group;
	} catch {
		return undefined;
	}
}

/** The kernel lets a group go only when the last of its dead are gone. */
async function removeGroup(folder: string): Promise<void> {
	for (let tries = 0; ; tries++) {
		try {
			rmdirSync(folder);
			return;
		} catch (error) {
			if (tries === 100) throw error;
			await sleep(50);
		}
	}
}
