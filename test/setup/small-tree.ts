import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
	chmodSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {program, realPath} from '../e2e/farm.js';

export type Shape = 'openrc' | 'systemd' | 'neither';

/** What a tree holds before setup: path to content. */
export type Files = Readonly<Record<string, string | Buffer>>;

const marks: Readonly<Record<Shape, readonly string[]>> = {
	openrc: ['/sbin/openrc-run'],
	systemd: ['/usr/lib/systemd/systemd'],
	neither: [],
};

export interface SmallTree {
	readonly root: string;
	read(path: string): string;
	write(path: string, content: string | Buffer, mode?: number): void;
	/** `sccache-gentoo` as it is built, told of this tree. */
	run(...args: readonly string[]): Ran;
	runWith(input: string, ...args: readonly string[]): Ran;
	remove(): void;
}

export interface Ran {
	readonly code: number | null;
	readonly stdout: string;
	/** In one line: oclif breaks lines where it likes. */
	readonly stderr: string;
}

/** The least of a Gentoo: an init system, compilers, our program, and make.conf if `files` do not say otherwise. */
export function smallTree(shape: Shape, files: Files = {}, eprefix = ''): SmallTree {
	const root = mkdtempSync(join(tmpdir(), 'sccache-setup-test-'));
	const base = join(root, eprefix);
	const write = (path: string, content: string | Buffer, mode = 0o644): void => {
		mkdirSync(dirname(join(base, path)), {recursive: true, mode: 0o755});
		writeFileSync(join(base, path), content);
		chmodSync(join(base, path), mode);
	};
	const hasMakeConf = Object.keys(files).some(path => path.startsWith('/etc/portage/make.conf'));
	if (!hasMakeConf) write('/etc/portage/make.conf', 'CFLAGS="-O2 -pipe"\n');
	for (const path of marks[shape]) write(path, '', 0o755);
	for (const name of ['gcc', 'g++', 'x86_64-pc-linux-gnu-gcc', 'ld', 'python3']) {
		write(`/usr/bin/${name}`, '#!/bin/sh\n', 0o755);
	}
	write('/usr/bin/sccache', readFileSync(program), 0o755);
	for (const [path, content] of Object.entries(files)) write(path, content);
	const where = ['--root', root, ...(eprefix === '' ? [] : ['--eprefix', eprefix])];
	return {
		root,
		read: path => readFileSync(join(base, path), 'latin1'),
		write,
		run: (...args) => runProgram('', ...args, ...where),
		runWith: (input, ...args) => runProgram(input, ...args, ...where),
		remove: () => rmSync(root, {recursive: true, force: true}),
	};
}

/** `sccache-gentoo` as it is built. */
export function runProgram(input: string, ...args: readonly string[]): Ran {
	const {status, stdout, stderr} = spawnSync(ownProgram, args, {
		encoding: 'utf8',
		input,
		env: cliEnvironment,
	});
	return {code: status, stdout, stderr: stderr.replace(/\s+[›»]?\s*/g, ' ').trim()};
}

export const ownProgram = join(dirname(program), 'sccache-gentoo');

export const cliEnvironment = {
	PATH: `${dirname(process.execPath)}:${realPath}`,
	HOME: '/nonexistent',
	COLUMNS: '200',
};

/** All that is in a folder: kind, rights, owner, and content or target. */
export function snapshot(folder: string): ReadonlyMap<string, string> {
	const found = new Map<string, string>();
	const walk = (path: string): void => {
		const {mode, uid, gid} = lstatSync(path);
		const rights = `${mode.toString(8)} ${uid}:${gid}`;
		const entry = lstatSync(path);
		if (entry.isSymbolicLink()) found.set(path, `${rights} -> ${readlinkSync(path)}`);
		else if (entry.isFile()) found.set(path, `${rights} ${contentOf(path)}`);
		else found.set(path, rights);
		if (entry.isDirectory()) for (const name of readdirSync(path)) walk(join(path, name));
	};
	walk(folder);
	return found;
}

/** As text, if it is short. */
function contentOf(path: string): string {
	const bytes = readFileSync(path);
	if (bytes.length < 10_000) return bytes.toString('latin1');
	return createHash('sha256').update(bytes).digest('hex');
}

/** What setup keeps for itself aside. */
export function withoutState(found: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
	return new Map([...found].filter(([path]) => !path.includes('/var/lib')));
}
