import {spawnSync} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {PrivateDaemon} from '../../helpers/private-daemon.js';
import {type Host, PrivateFarm} from '../../helpers/private-farm.js';
import {type Bench, type Source, sources} from '../bench.js';
import {type Peer, startDistcc} from '../distcc.js';
import {type Figure, type Measured, median, times} from '../figure.js';
import {makeHosts} from '../hosts.js';
import {startIcecream} from '../icecream.js';
import type {Command} from '../spawn-timer.js';

type Files = Readonly<Record<Source, number>>;

/** Of a core: the client's, then the servers'. */
const shares = [0.3, 0.5, 0.5, 0.5];
/** Jobs that each server takes at once; ours finds out by itself what its share of a core is good for. */
const jobs = 2;
/** Of make. */
const width = 8;
const whole: Files = {'hello.c': 22, 'mid.cpp': 36, 'heavy.cpp': 2};
/** More at once than the client has room for. */
const few: Files = {'hello.c': 4, 'mid.cpp': 4, 'heavy.cpp': 0};
const mostTries = 60;
/** Numbers of builds that no figure comes to. */
const firstTry = 1000;
const rounds = 3;

/**
 * The same files by a slow client and three servers, never seen before: ours, distcc and icecream in turn. Schedulers are on the first
 * server.
 */
export const wholeBuild: Figure = {
	name: 'whole-build',
	needs: ['distcc', 'distccd', 'bwrap', 'ip', 'make'],
	async measure(bench, effort) {
		const {hosts, areHeld, remove} = makeHosts(shares);
		if (!areHeld) process.stderr.write('whole-build: the hosts are all as fast as this machine\n');
		try {
			return [await measure(bench, hosts, times(rounds, effort))];
		} finally {
			await remove();
		}
	},
};

/** Builds so many copies of the files, in seconds. Each with a number of its own. */
type Build = (run: number, files?: Files) => number;

async function measure(bench: Bench, hosts: readonly Host[], count: number): Promise<Measured> {
	const [client, ...servers] = hosts as [Host, ...Host[]];
	const folder = join(bench.folder, 'whole-build');
	const running: Peer[] = [];
	try {
		const builds = new Map<string, Build>();
		const ours = await startOurs(bench, folder, client, servers);
		running.push(ours);
		builds.set('ours', builder(bench, client, bench.ours, ours.env));
		await untilRemote(ours.daemon, builds.get('ours') as Build);
		const distcc = await startDistcc(join(folder, 'distcc'), servers, jobs);
		running.push(distcc);
		builds.set('distcc', builder(bench, client, bench.distcc, distcc.env));
		if (bench.has('iceccd')) {
			const icecream = await startIcecream(join(folder, 'icecream'), {client, servers, jobs});
			running.push(icecream);
			builds.set('icecream', builder(bench, client, bench.icecream, icecream.env));
		} else {
			process.stderr.write('whole-build: without icecream, which is not installed\n');
		}
		return figure(timeInTurns(builds, count));
	} finally {
		for (const peer of running.reverse()) await peer.stop();
	}
}

function timeInTurns(builds: ReadonlyMap<string, Build>, count: number) {
	const seconds = new Map<string, number[]>([...builds.keys()].map(name => [name, []]));
	let run = 0;
	// The first round brings what comes but once: icecream's environment, say.
	for (let round = 0; round <= count; round++) {
		for (const [name, build] of builds) {
			const taken = build(run++);
			if (round > 0) seconds.get(name)?.push(taken);
		}
	}
	return new Map([...seconds].map(([name, all]) => [name, median(all)]));
}

function figure(seconds: ReadonlyMap<string, number>): Measured {
	const of = (name: string) => seconds.get(name) ?? Number.POSITIVE_INFINITY;
	return {
		name: 'whole build, ours / the better of distcc and icecream',
		value: of('ours') / Math.min(of('distcc'), of('icecream')),
		unit: 'ratio',
		target: {atMost: 1},
		from: Object.fromEntries([...seconds].map(([name, value]) => [`${name}S`, value])),
	};
}

async function startOurs(
	bench: Bench,
	folder: string,
	client: Host,
	servers: readonly Host[],
): Promise<Peer & {readonly daemon: PrivateDaemon}> {
	const farm = await PrivateFarm.start(join(folder, 'farm'), {
		scheduler: servers[0] ?? client,
		servers,
	});
	const config = farm.clientFile('client', '[daemon]\nlocal_slots = 1\nworkers = 1\n');
	const daemon = await bench.startDaemon(
		'whole-build/daemon',
		{SCCACHE_CONF: config},
		client.enter,
	);
	return {
		env: daemon.env,
		daemon,
		async stop() {
			await daemon.stop();
			await farm.stop();
		},
	};
}

/** By then the toolchain is packed, and has come to all servers that were given a job. */
async function untilRemote(daemon: PrivateDaemon, build: Build): Promise<void> {
	for (let tries = 0; daemon.counters().remote < 6; tries++) {
		if (tries === mostTries) throw new Error('nothing is compiled on a server');
		build(firstTry + tries, few);
	}
}

function builder(
	bench: Bench,
	client: Host,
	compile: Bench['plain'],
	env: NodeJS.ProcessEnv,
): Build {
	return (run, files = whole) => {
		const folder = join(bench.work, `run-${run}`);
		mkdirSync(folder);
		const names = sources.flatMap(source => {
			const first = run * files[source];
			bench.copies(source, files[source], first);
			return Array.from({length: files[source]}, (_, n) => `${first + n}-${source}`);
		});
		writeFileSync(join(folder, 'Makefile'), makefile(mixed(names), folder, compile));
		const startedMs = performance.now();
		make(client, folder, bench.work, env);
		const seconds = (performance.now() - startedMs) / 1000;
		rmSync(folder, {recursive: true});
		return seconds;
	};
}

/** Long ones among short ones, and none of them last. */
function mixed(names: readonly string[]): readonly string[] {
	const step = 7;
	return Array.from({length: step}, (_, first) =>
		names.filter((_name, index) => index % step === step - 1 - first),
	).flat();
}

function makefile(
	names: readonly string[],
	folder: string,
	compile: (source: string, options: {output: string}) => Command,
): string {
	const objects = names.map(name => join(folder, `${name}.o`));
	const rules = names.map((name, index) => {
		const output = objects[index] ?? '';
		return `${output}:\n\t@${compile(name, {output}).join(' ')}\n`;
	});
	return `all: ${objects.join(' ')}\n${rules.join('')}`;
}

function make(client: Host, folder: string, cwd: string, env: NodeJS.ProcessEnv): void {
	const [program = '', ...args] = [
		...client.enter,
		...['make', '-s', '-j', `${width}`, '-f', join(folder, 'Makefile')],
	];
	const {status, stderr} = spawnSync(program, args, {
		cwd,
		env: {...env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin'},
		encoding: 'utf8',
	});
	if (status !== 0) throw new Error(`the build failed:\n${stderr}`);
}
