import {execFileSync, spawnSync} from 'node:child_process';
import type {Host} from './private-farm.js';

let networks = 0;

/** Machines with an address each on a network of their own; nothing of it is seen outside. */
export interface Network {
	readonly hosts: readonly Host[];
	/** Bytes that a host has received. */
	receivedBytes(host: Host): number;
	/** Ends every process that is left in it. */
	close(): void;
}

/** Why there can be none here. */
export function unableToNetwork(): string | undefined {
	if (process.getuid?.() !== 0) return 'not root';
	const name = `sccache-try-${process.pid}`;
	if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return 'no network namespaces';
	spawnSync('ip', ['netns', 'del', name]);
	return undefined;
}

/** Throws when it can't be made; then nothing of it is left. */
export function createNetwork(hostCount: number): Network {
	const prefix = `sccache-${process.pid}-${networks++}`;
	const hub = `${prefix}-hub`;
	const names = Array.from({length: hostCount}, (_, index) => `${prefix}-${index}`);
	const close = () => {
		for (const name of [...names, hub]) remove(name);
	};
	try {
		ip('netns', 'add', hub);
		ip('-n', hub, 'link', 'add', 'bridge', 'type', 'bridge');
		ip('-n', hub, 'link', 'set', 'bridge', 'up');
		const hosts = names.map((name, index) => {
			const address = `10.77.0.${index + 1}`;
			ip('netns', 'add', name);
			const pair = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', name];
			ip('-n', hub, 'link', 'add', `to${index}`, ...pair);
			ip('-n', hub, 'link', 'set', `to${index}`, 'master', 'bridge', 'up');
			ip('-n', name, 'address', 'add', `${address}/24`, 'dev', 'eth0');
			for (const device of ['lo', 'eth0']) ip('-n', name, 'link', 'set', device, 'up');
			return {address, enter: ['ip', 'netns', 'exec', name]};
		});
		return {hosts, close, receivedBytes};
	} catch (error) {
		close();
		throw error;
	}
}

function receivedBytes({enter}: Host): number {
	const [program = '', ...args] = [...enter, 'cat', '/sys/class/net/eth0/statistics/rx_bytes'];
	return Number(execFileSync(program, args, {encoding: 'utf8'}));
}

function ip(...args: readonly string[]): void {
	execFileSync('ip', args, {stdio: ['ignore', 'ignore', 'pipe']});
}

function remove(name: string): void {
	const {stdout} = spawnSync('ip', ['netns', 'pids', name], {encoding: 'utf8'});
	for (const pid of stdout.split('\n').filter(Boolean)) spawnSync('kill', ['-KILL', pid]);
	spawnSync('ip', ['netns', 'del', name]);
}
