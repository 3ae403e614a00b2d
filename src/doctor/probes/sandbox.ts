import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {run} from '../../exec/run.js';
import {AppError} from '../../lib/errors.js';
import {findPrograms} from '../../sandbox/programs.js';
import type {SandboxFacts} from '../verdicts/server-host.js';

const trialMs = 20_000;

/** An overlay mount in a mount namespace, and bubblewrap in it, as the build server makes them for each job. */
const trial = `
set -e
mkdir "$1/room"
mount -t tmpfs tmpfs "$1/room"
mkdir "$1/room/upper" "$1/room/work" "$1/room/merged" "$1/room/lower"
mount -t overlay overlay -o "lowerdir=$1/room/lower,upperdir=$1/room/upper,workdir=$1/room/work" "$1/room/merged"
exec "$2" --unshare-all --die-with-parent --ro-bind / / --proc /proc --dev /dev true
`;

export async function probeSandbox(bwrapPath: string, uid: number): Promise<SandboxFacts> {
	const by = uid === 0 ? 'root' : 'user';
	const folder = mkdtempSync(join(tmpdir(), 'sccache-doctor-'));
	try {
		const {bwrap, unshare} = await findPrograms(bwrapPath);
		const namespaces = [
			...(by === 'root' ? [] : ['--user', '--map-root-user']),
			...['--mount', '--propagation', 'private'],
		];
		const {exit, stderr} = await run(
			[unshare, ...namespaces, '--', '/bin/sh', '-c', trial, 'sh', folder, bwrap],
			{env: {PATH: '/usr/bin:/bin:/usr/sbin:/sbin'}, cwd: '/', timeoutMs: trialMs},
		);
		if ('code' in exit && exit.code === 0) return {by, obstacle: undefined};
		const [line = 'it ended by a signal'] = stderr.toString('utf8').trim().split('\n');
		return {by, obstacle: {message: `no sandbox can be made: ${line}`, hint: undefined}};
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		return {by, obstacle: {message: error.message, hint: error.hint}};
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}
