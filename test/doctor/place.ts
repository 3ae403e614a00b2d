import {
	chmodSync,
	chownSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {machine, tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {askDaemon} from '../../src/commands/sccache/control-client.js';
import type {Finding} from '../../src/doctor/check.js';
import {groups} from '../../src/doctor/checks.js';
import {examine} from '../../src/doctor/examine.js';
import type {Host} from '../../src/doctor/host.js';
import {doRepair} from '../../src/doctor/repair.js';
import {program} from '../e2e/farm.js';

/** Gentoo's number of the user portage. */
export const portage = 250;
export const linkFolder = '/usr/local/libexec/sccache';

/** A small Gentoo in a folder: all that the checks of files look at, in order. */
export interface Tree {
	readonly root: string;
	readonly program: string;
	/** Below the root; the folders above are made. */
	write(path: string, text: string, mode?: number): string;
	path(path: string): string;
	examine(changes?: Partial<Host>, fix?: boolean): Promise<Findings>;
}

/** By the id of the check. */
export type Findings = Readonly<Record<string, readonly Finding[]>>;

export function plantTree(t: ExecutionContext): Tree {
	const root = mkdtempSync(join(tmpdir(), 'doctor-test-'));
	t.teardown(() => rmSync(root, {recursive: true, force: true}));
	const path = (name: string) => join(root, name);
	const write = (name: string, text: string, mode = 0o644) => {
		mkdirSync(dirname(path(name)), {recursive: true, mode: 0o755});
		rmSync(path(name), {force: true});
		writeFileSync(path(name), text, {mode});
		return path(name);
	};
	write('etc/passwd', `root:x:0:0::/root:/bin/sh\nportage:x:${portage}:${portage}::/:/bin/false\n`);
	write('etc/profile.env', "export PATH='/usr/local/bin:/usr/bin:/bin'\n");
	write(
		'etc/portage/make.conf',
		`MAKEOPTS="-j4 -l4"\nORIGINAL_PATH="\${PATH}"\nPATH="${linkFolder}:\${PATH}"\n`,
	);
	for (const name of ['gcc', 'g++']) write(`usr/bin/${name}`, '#!/bin/sh\n', 0o755);
	mkdirSync(path(linkFolder), {recursive: true});
	mkdirSync(path('usr/bin'), {recursive: true});
	linkSync(program, path('usr/bin/sccache'));
	for (const name of ['gcc', 'g++']) linkSync(program, path(join(linkFolder, name)));
	write('etc/sccache/client.conf', '[cache.disk]\n', 0o640);
	mkdirSync(path('var/cache/sccache'), {recursive: true});
	mkdirSync(path('var/cache/sccache/cache'), {mode: 0o750});
	if (process.getuid?.() === 0) {
		chownSync(path('etc/sccache/client.conf'), 0, portage);
		chownSync(path('var/cache/sccache/cache'), portage, portage);
		// mkdtemp's own mode lets nobody else pass.
		chmodSync(root, 0o755);
	}
	const tree = {root, program: path('usr/bin/sccache')};
	return {
		...tree,
		write,
		path,
		examine: async (changes = {}, fix = false) => {
			const host = {...hostOf(tree), ...changes};
			return byId(
				await examine({
					groups,
					host,
					repair: fix ? repair => doRepair(repair, host.program) : undefined,
					onFinding: () => {},
				}),
			);
		},
	};
}

function hostOf({root, program}: Pick<Tree, 'root' | 'program'>): Host {
	return {
		root,
		isLive: false,
		env: {},
		program,
		linkFolder,
		version: '0',
		daemon: {
			ping: where => askDaemon(where, 'ping'),
			stats: async where => (await askDaemon(where, 'stats'))?.stats,
		},
		nowMs: Date.now,
		randomName: () => process.hrtime.bigint().toString(36),
		cores: 4,
		memoryBytes: 16 * 1024 ** 3,
		arch: machine(),
		init: undefined,
		user: {name: 'tester', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0},
	};
}

const byId = (findings: readonly Finding[]): Findings =>
	Object.fromEntries(
		[...new Set(findings.map(({id}) => id))].map(id => [
			id,
			findings.filter(finding => finding.id === id),
		]),
	);
