import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {Farm, settle, type TierCounts} from '../e2e/farm.js';

/** Hosts with daemons and disks of their own, which build in the same folder: of one machine, or of several that look alike. */
export class Hosts {
	readonly all: readonly Farm[];

	private constructor(all: readonly Farm[]) {
		this.all = all;
	}

	static async start(...envs: readonly Readonly<Record<string, string>>[]): Promise<Hosts> {
		const all: Farm[] = [];
		for (const env of envs) all.push(await Farm.start(env));
		return new Hosts(all);
	}

	get work(): string {
		return this.host(0).work;
	}

	host(index: number): Farm {
		return this.all[index] as Farm;
	}

	write(name: string, text: string): void {
		this.host(0).write(name, text);
		settle();
	}

	read(name: string): Buffer {
		return this.host(0).read(name);
	}

	remove(name: string): void {
		rmSync(join(this.work, name), {force: true});
	}

	async close(): Promise<void> {
		for (const farm of this.all) await farm.close();
	}
}

export async function tierCounts(farm: Farm, name: string): Promise<TierCounts> {
	const {stats} = await farm.statsJson();
	const none = {
		...{hits: 0, misses: 0, errors: 0, timeouts: 0, skipped: 0, rejected: 0},
		...{writes: 0, writeErrors: 0, dropped: 0, backfillsTo: 0},
	};
	return stats.gentoo.tiers?.[name] ?? none;
}

/** Writes happen behind the build's back. */
export async function untilCounted(
	farm: Farm,
	name: string,
	isReached: (counts: TierCounts) => boolean,
): Promise<TierCounts> {
	let counts = await tierCounts(farm, name);
	for (let waitedMs = 0; waitedMs < 20_000 && !isReached(counts); waitedMs += 50) {
		await sleep(50);
		counts = await tierCounts(farm, name);
	}
	if (!isReached(counts)) throw new Error(`never reached: ${JSON.stringify(counts)}`);
	return counts;
}
