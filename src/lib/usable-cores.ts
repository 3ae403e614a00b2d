import {readFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {dirname, join} from 'node:path';

export interface CoresSeen {
	/** Cores that this process may run on, as Node has it. */
	readonly allowed?: number;
	/** Where /proc and /sys are. */
	readonly root?: string;
}

/**
 * How many cores this process can keep busy, not always whole: what its control groups let it have, if that is less than there are.
 * Node counts the affinity alone. cgroups(7), cpu.max of version 2 and cpu.cfs_quota_us of version 1.
 */
export function usableCores({
	allowed = availableParallelism(),
	root = '/',
}: CoresSeen = {}): number {
	const read = (path: string) => readOrNothing(join(root, path));
	const groups = read('proc/self/cgroup')
		.split('\n')
		.flatMap(line => {
			const [, id, controllers = '', path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
			if (path === undefined) return [];
			if (id === '0') return [{mount: 'sys/fs/cgroup', path, quota: quotaOfV2}];
			if (!controllers.split(',').includes('cpu')) return [];
			return [{mount: `sys/fs/cgroup/${controllers}`, path, quota: quotaOfV1}];
		});
	const quotas = groups.flatMap(({mount, path, quota}) =>
		upwards(path).map(folder => quota(name => read(join(mount, folder, name)))),
	);
	return Math.min(allowed, ...quotas.filter(cores => cores > 0));
}

/** Jobs at once that it takes to keep them busy. */
export function wholeCores(cores: number): number {
	return Math.max(1, Math.round(cores));
}

type ReadFile = (name: string) => string;

/** Infinity: no limit; NaN: no such file. */
function quotaOfV2(read: ReadFile): number {
	const [quota = '', period] = read('cpu.max').trim().split(' ');
	return quota === 'max' ? Number.POSITIVE_INFINITY : Number.parseInt(quota, 10) / Number(period);
}

function quotaOfV1(read: ReadFile): number {
	const quota = Number.parseInt(read('cpu.cfs_quota_us'), 10);
	return quota === -1
		? Number.POSITIVE_INFINITY
		: quota / Number.parseInt(read('cpu.cfs_period_us'), 10);
}

/** A group and those around it: each may set a limit. */
function upwards(path: string): readonly string[] {
	const parent = dirname(path);
	return parent === path ? [path] : [path, ...upwards(parent)];
}

/** What can't be read sets no limit. */
function readOrNothing(path: string): string {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		return '';
	}
}
