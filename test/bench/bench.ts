import {spawnSync} from 'node:child_process';
import {
	copyFileSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {join, resolve} from 'node:path';
import {createLinks} from '../../src/links/folder.js';
import {type PrivateDaemon, startDaemon} from '../helpers/private-daemon.js';
import type {Command, Place} from './spawn-timer.js';

const packageFolder = resolve(import.meta.dirname, '../../..');
const sourceFolder = join(packageFolder, 'test/bench');

export const sources = ['hello.c', 'mid.cpp', 'heavy.cpp'] as const;
export type Source = (typeof sources)[number];
type Compile = (source: string, options?: CompileOptions) => Command;

interface CompileOptions {
	readonly args?: readonly string[];
	readonly output?: string;
}

/** A folder with the sources, hard-linked shims, ccache's links and the timer. */
export interface Bench {
	readonly folder: string;
	/** Where the sources lie, and everything runs. */
	readonly work: string;
	/** Of the plain compilers, which links of a cache are passed over for. */
	readonly compilers: {readonly gcc: string; readonly 'g++': string};
	has(program: string): boolean;
	/** `enter`: see `Host`. */
	startDaemon(
		name: string,
		env?: NodeJS.ProcessEnv,
		enter?: readonly string[],
	): Promise<PrivateDaemon>;
	place(daemon: PrivateDaemon, env?: NodeJS.ProcessEnv): Place;
	/** Sources `<n>-<source>` that differ in one number, so that each is compiled for the first time. */
	copies(source: Source, count: number, first?: number): void;
	readonly plain: Compile;
	readonly ours: Compile;
	readonly ccache: Compile;
	readonly distcc: Compile;
	readonly icecream: Compile;
}

/** Where compiles of all kinds write. */
export const output = 'out.o';

export function prepareBench(folder: string): Bench {
	const work = join(folder, 'work');
	const links = join(folder, 'links');
	const ccacheLinks = join(folder, 'ccache-links');
	const timer = join(folder, 'spawn-timer');
	mkdirSync(work);
	for (const name of readdirSync(join(sourceFolder, 'sources')))
		copyFileSync(join(sourceFolder, 'sources', name), join(work, name));
	const compilers = {gcc: realCompiler('gcc'), 'g++': realCompiler('g++')};
	createLinks({folder: links, program: join(packageFolder, 'dist/bin/sccache')}, ['gcc', 'g++']);
	const ccacheProgram = found('ccache');
	mkdirSync(ccacheLinks);
	for (const name of ['gcc', 'g++'])
		if (ccacheProgram) symlinkSync(ccacheProgram, join(ccacheLinks, name));
	build(compilers.gcc, timer);

	const compile = (program: (name: 'gcc' | 'g++') => readonly string[]) => {
		return (source: string, {args = [], output: written = output}: CompileOptions = {}) => {
			const name = source.endsWith('.c') ? 'gcc' : 'g++';
			return [...program(name), '-O2', '-c', source, '-o', written, ...args];
		};
	};
	const ccacheEnv = {
		CCACHE_DIR: join(folder, 'ccache'),
		CCACHE_CONFIGPATH: join(folder, 'ccache.conf'),
	};
	return {
		folder,
		work,
		compilers,
		has: program => found(program) !== undefined,
		startDaemon: (name, env = {}, enter = []) =>
			startDaemon(join(folder, name), {...ccacheEnv, ...env}, enter),
		place: (daemon, env = {}) => ({
			program: timer,
			cwd: work,
			env: {...daemon.env, ...env, PATH: '/usr/bin:/bin'},
		}),
		copies: (source, count, first = 0) => writeCopies(work, source, first, count),
		plain: compile(name => [compilers[name]]),
		ours: compile(name => [join(links, name)]),
		ccache: compile(name => [join(ccacheLinks, name)]),
		distcc: compile(name => ['/usr/bin/distcc', compilers[name]]),
		icecream: compile(name => ['/usr/bin/icecc', compilers[name]]),
	};
}

function writeCopies(work: string, source: Source, first: number, count: number): void {
	const text = readFileSync(join(work, source), 'utf8');
	for (let n = first; n < first + count; n++)
		writeFileSync(join(work, `${n}-${source}`), `#define TURN ${n}\n${text}`);
}

function found(program: string): string | undefined {
	const {stdout} = spawnSync('sh', ['-c', `command -v ${program}`], {encoding: 'utf8'});
	return stdout.trim() || undefined;
}

function realCompiler(name: 'gcc' | 'g++'): string {
	const path = `/usr/bin/${name}`;
	if (spawnSync(path, ['--version']).status !== 0) throw new Error(`${path} does not run`);
	return path;
}

function build(gcc: string, timer: string): void {
	const source = join(sourceFolder, 'spawn-timer.c');
	const {status, stderr} = spawnSync(gcc, ['-O2', '-o', timer, source], {encoding: 'utf8'});
	if (status !== 0) throw new Error(`the timer does not build:\n${stderr}`);
}

/** Seconds of CPU that a process has used so far (proc(5), stat fields 14 and 15, in hundredths). */
export function cpuSeconds(pid: number): number {
	const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Megabytes of a process that are in memory. */
export function residentMB(pid: number): number {
	const status = readFileSync(`/proc/${pid}/status`, 'latin1');
	return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1000;
}
