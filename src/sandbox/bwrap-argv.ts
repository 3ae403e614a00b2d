/** Nobody inside: the job's user is not in any file that a toolchain brings. */
const insideId = '65534';

export interface Inside {
	readonly bwrapPath: string;
	/** Of bubblewrap, since it lets the job not make user namespaces of its own (0.8.0). */
	readonly disableUserns: boolean;
	/** The folder that the job sees as its root. */
	readonly root: string;
	/** Absolute, below that root. */
	readonly cwd: string;
	readonly env: readonly (readonly [name: string, value: string])[];
	/** Where bubblewrap reports that the command was started. */
	readonly statusFd: number;
	readonly executable: string;
	readonly arguments: readonly string[];
}

/**
 * What bubblewrap is called with. The process namespace and its /proc are made before, by `launchArgv`: so that the job's end is the
 * end of all its processes, and its CPU time is counted. /dev is made read-only, since it is a tmpfs without a limit; its devices
 * still take writes.
 */
export function bwrapArgv(inside: Inside): string[] {
	return [
		inside.bwrapPath,
		'--die-with-parent',
		'--new-session',
		'--unshare-user',
		...(inside.disableUserns ? ['--disable-userns'] : []),
		'--uid',
		insideId,
		'--gid',
		insideId,
		'--unshare-ipc',
		'--unshare-net',
		'--unshare-uts',
		'--hostname',
		'sccache',
		'--unshare-cgroup-try',
		'--cap-drop',
		'ALL',
		'--clearenv',
		...inside.env.filter(isVariable).flatMap(([name, value]) => ['--setenv', name, value]),
		'--bind',
		inside.root,
		'/',
		'--ro-bind',
		'/proc',
		'/proc',
		'--dev',
		'/dev',
		'--remount-ro',
		'/dev',
		'--chdir',
		inside.cwd,
		'--json-status-fd',
		String(inside.statusFd),
		'--',
		inside.executable,
		...inside.arguments,
	];
}

/** Names that no environment can hold come from broken clients; setenv(3) refuses them. */
function isVariable([name]: readonly [string, string]): boolean {
	return name !== '' && !name.includes('=');
}
