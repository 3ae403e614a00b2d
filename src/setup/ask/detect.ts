import type {NetworkInterfaceInfo} from 'node:os';
import type {InitSystem} from '../plan/answers.js';
import type {Tree} from '../plan/tree.js';

/** The init system of a tree: the one that runs, else the one that is installed. */
export function detectInit(tree: Tree): InitSystem {
	if (tree.has('/run/systemd/system')) return 'systemd';
	if (tree.has('/run/openrc/softlevel')) return 'openrc';
	const installed = (...paths: readonly string[]) => paths.some(path => tree.has(path));
	if (installed('/usr/lib/systemd/systemd', '/lib/systemd/systemd')) return 'systemd';
	if (installed('/sbin/openrc-run', '/usr/sbin/openrc-run', '/usr/bin/openrc-run')) return 'openrc';
	if (installed('/usr/lib/systemd/system', '/lib/systemd/system')) return 'systemd';
	return installed('/etc/init.d') ? 'openrc' : 'none';
}

/** Whether an init system runs on this tree, so that services can be started. */
export const initRuns = (tree: Tree): boolean =>
	tree.has('/run/systemd/system') || tree.has('/run/openrc/softlevel');

/** Addresses that other hosts may know this one by, IPv4 first. */
export function outsideAddresses(
	interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): readonly string[] {
	const found = Object.values(interfaces)
		.flatMap(each => each ?? [])
		.filter(({internal, address}) => !internal && !/^(?:fe80:|169\.254\.)/i.test(address));
	return [
		...found.filter(({family}) => family === 'IPv4').map(({address}) => address),
		...found.filter(({family}) => family === 'IPv6').map(({address}) => `[${address}]`),
	];
}

const gibibyte = 1024 ** 3;

/** The wiki's 20 GiB, or half of the free space in whole gibibytes where that is less. */
export function cacheSizeFor(freeBytes: number): number {
	return Math.min(
		20 * gibibyte,
		Math.max(gibibyte, Math.floor(freeBytes / 2 / gibibyte) * gibibyte),
	);
}
