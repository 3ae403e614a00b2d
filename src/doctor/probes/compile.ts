import {chownSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {run} from '../../exec/run.js';
import {readStatistics} from '../../stats/read-stats.js';
import type {User} from '../access.js';
import type {Host} from '../host.js';
import type {CompileFacts} from '../verdicts/compile.js';
import type {Endpoint} from './daemon.js';

export interface CompileProbe {
	readonly host: Host;
	readonly endpoint: Endpoint;
	readonly user: User;
	readonly cacheDir: string;
	readonly shimFolder: string;
	readonly searchPath: string;
	/** A link's name. */
	readonly compiler: string;
}

/** A file that changed in the same tick as it was looked at may change unseen. */
const settleMs = 50;
const compileMs = 60_000;

/** Compiles what nobody compiled before, twice, as a build would. */
export async function probeCompile(probe: CompileProbe): Promise<CompileFacts> {
	const {host, user, compiler, cacheDir, endpoint} = probe;
	const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sccache-doctor-')));
	try {
		const source = join(folder, 'trial.c');
		writeFileSync(source, `int trial_${host.randomName()}(void) { return 0; }\n`);
		if (host.user.uid === 0) chownSync(folder, user.uid, user.gid);
		await sleep(settleMs);
		const runs = [await compileIn(folder, probe), await compileIn(folder, probe)];
		// It writes down what it has counted.
		await host.daemon.stats(endpoint);
		const seen = readStatistics(cacheDir, tables => tables.compilesIn(folder)) ?? [];
		return {compiler, runs, seen, user: user.name, init: host.init};
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

async function compileIn(folder: string, probe: CompileProbe) {
	const {host, endpoint, user, shimFolder, searchPath, compiler} = probe;
	const {socketPath, port} = endpoint;
	const {exit, stderr} = await run([join(shimFolder, compiler), '-c', 'trial.c'], {
		env: {
			PATH: `${shimFolder}:${searchPath}`,
			HOME: folder,
			TMPDIR: folder,
			LC_ALL: 'C',
			SCCACHE_NO_DIST: '1',
			...(socketPath === undefined
				? {SCCACHE_SERVER_PORT: String(port)}
				: {SCCACHE_SERVER_UDS: socketPath.replace('\0', '\\x00')}),
		},
		cwd: folder,
		timeoutMs: compileMs,
		...(host.user.uid === 0 ? {user: {uid: user.uid, gid: user.gid}} : {}),
	});
	return {code: 'code' in exit ? exit.code : 128, stderr: stderr.toString('utf8')};
}
