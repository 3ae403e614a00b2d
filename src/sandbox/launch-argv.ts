import type {Limits} from './job.js';

/** Paths of util-linux's programs. */
export interface Launchers {
	readonly setpriv: string;
	readonly unshare: string;
	readonly prlimit: string;
}

/** unshare, bubblewrap, and the processes with which it sets itself up. */
const processesOfOurs = 4;

/**
 * Goes before all of it when the first process must be changed, by its group or its niceness, before it makes others: it waits for
 * `gateWord` on its stdin.
 */
export const gateArgv: readonly string[] = [
	'/bin/sh',
	'-c',
	'read -r go && exec "$@" </dev/null',
	'sh',
];
export const gateWord = 'go\n';

/**
 * What goes before bubblewrap. The outer user namespace is there for RLIMIT_NPROC, which the kernel counts per user and namespace: with
 * the limit set inside it, the job's processes count, and nobody else's. The process namespace is there so that all of the job's
 * processes are dead when `unshare` ends. The whole dies with the server, even one that is killed.
 */
export function launchArgv(
	{setpriv, unshare, prlimit}: Launchers,
	limits: Limits,
	memory: 'cgroup' | 'rlimit',
): string[] {
	return [
		setpriv,
		'--pdeathsig',
		'KILL',
		'--',
		unshare,
		'--user',
		'--map-user=65534',
		'--map-group=65534',
		'--pid',
		'--fork',
		'--kill-child=KILL',
		'--mount-proc',
		'--',
		prlimit,
		...limitOptions(limits, memory),
		'--',
	];
}

/**
 * Options of prlimit(1). Memory without a cgroup is held per process: private memory (RLIMIT_DATA), and twice that of addresses, since
 * shared memory counts only there.
 */
export function limitOptions(limits: Limits, memory: 'cgroup' | 'rlimit'): string[] {
	const {memoryBytes} = limits;
	return [
		`--nproc=${limits.processes + processesOfOurs}`,
		`--nofile=${limits.openFiles}`,
		`--fsize=${limits.outputBytes}`,
		'--core=0',
		'--msgqueue=0',
		...(memoryBytes === undefined || memory === 'cgroup'
			? []
			: [`--data=${memoryBytes}`, `--as=${2 * memoryBytes}`]),
	];
}
