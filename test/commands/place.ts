import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {program, realPath} from '../e2e/farm.js';

export interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** A home where no daemon runs. */
export interface Place {
	readonly dir: string;
	readonly cacheDir: string;
	/** The client's config file. */
	configure(toml: string): void;
	/** Leaves this process free to answer what it asks. */
	sccache(...args: readonly string[]): Promise<Ended>;
}

export function place(t: ExecutionContext): Place {
	const dir = mkdtempSync(join(tmpdir(), 'front-test-'));
	t.teardown(() => rmSync(dir, {recursive: true}));
	const file = join(dir, 'config');
	const cacheDir = join(dir, 'cache');
	const env = {
		PATH: realPath,
		HOME: dir,
		SCCACHE_CONF: file,
		SCCACHE_CACHED_CONF: join(dir, 'cached-config'),
		SCCACHE_DIR: cacheDir,
		SCCACHE_SERVER_UDS: join(dir, 'none.sock'),
	};
	return {
		dir,
		cacheDir,
		configure: toml => writeFileSync(file, toml, {mode: 0o600}),
		sccache: (...args) =>
			new Promise(resolve => {
				const child = spawn(program, args, {env, stdio: ['ignore', 'pipe', 'pipe']});
				const said = {stdout: '', stderr: ''};
				for (const name of ['stdout', 'stderr'] as const) {
					child[name].setEncoding('utf8').on('data', text => {
						said[name] += text;
					});
				}
				child.once('close', code => resolve({code, ...said}));
			}),
	};
}
