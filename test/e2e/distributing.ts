import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {type FarmOptions, loopback, PrivateFarm} from '../helpers/private-farm.js';
import {Farm} from './farm.js';

/** In a client's file: whatever can be compiled by a server is. */
export const nothingHere = '[daemon]\nlocal_slots = 0\nworkers = 1';

/** Why no farm can be tested on this machine. */
export function unableToDistribute(): string | undefined {
	if (process.getuid?.() !== 0) return 'not root';
	return existsSync('/usr/bin/bwrap') ? undefined : 'no bubblewrap';
}

/** A client and the farm that it sends its compiles to. */
export interface Distributing {
	readonly farm: Farm;
	readonly servers: PrivateFarm;
	close(): Promise<void>;
}

/** By default one server, all on this machine. `enterClient`: a command prefix that takes the client's daemon to another. */
export async function startDistributing(
	options: Partial<FarmOptions> & {
		readonly enterClient?: readonly string[];
		/** What the servers use as bubblewrap: the text of a program. */
		readonly bwrap?: string;
	} = {},
): Promise<Distributing> {
	const folder = mkdtempSync(join(tmpdir(), 'sccache-farm-'));
	const {enterClient = [], bwrap, ...others} = options;
	const bwrapPath = bwrap === undefined ? '/usr/bin/bwrap' : join(folder, 'bwrap');
	if (bwrap !== undefined) writeFileSync(bwrapPath, bwrap, {mode: 0o755});
	const all = {scheduler: loopback, servers: [loopback], bwrapPath, ...others};
	let servers: PrivateFarm | undefined;
	let farm: Farm | undefined;
	const close = async () => {
		await farm?.close();
		await servers?.stop();
		rmSync(folder, {recursive: true, force: true});
	};
	try {
		servers = await PrivateFarm.start(folder, all);
		farm = await Farm.start({SCCACHE_CONF: servers.clientFile('client', nothingHere)}, enterClient);
		return {farm, servers, close};
	} catch (error) {
		await close();
		throw error;
	}
}

let probes = 0;

/**
 * Waits for compiles with these arguments to reach a server: the toolchain is packed in the background first. Throws when they don't
 * within a minute, with the reasons that were counted.
 */
export async function untilDistributing(
	farm: Farm,
	compiler: string,
	mode: readonly string[] = ['-c'],
): Promise<void> {
	const seen = new Set<string>();
	for (const end = Date.now() + 200_000; Date.now() < end; await sleep(200)) {
		const stem = `probe-${++probes}`;
		const source = farm.write(`probes/${stem}.c`, `int probe_${probes}(void) { return 0; }\n`);
		await sleep(20);
		const {away, stayed} = await farm.during(() => {
			farm.run(compiler, [...mode, '-o', `${stem}.o`, source], {cwd: `${farm.work}/probes`});
		});
		if (away > 0) return;
		for (const reason of Object.keys(stayed)) seen.add(reason);
	}
	throw new Error(`nothing leaves this machine: ${[...seen].join(', ')}\n${farm.daemonSaid}`);
}
