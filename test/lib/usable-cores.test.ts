import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import test from 'ava';
import {usableCores, wholeCores} from '../../src/lib/usable-cores.js';

/** Of a machine of eight cores that has these files. */
function coresWith(files: Readonly<Record<string, string>>): number {
	const root = mkdtempSync(join(tmpdir(), 'usable-cores-'));
	try {
		for (const [path, text] of Object.entries(files)) {
			mkdirSync(join(root, dirname(path)), {recursive: true});
			writeFileSync(join(root, path), text);
		}
		return usableCores({allowed: 8, root});
	} finally {
		rmSync(root, {recursive: true});
	}
}

const group = 'sys/fs/cgroup/system.slice/sccache.service';

test('version 2: what the group may have, or a group around it', t => {
	const own = {'proc/self/cgroup': '0::/system.slice/sccache.service\n'};
	t.is(coresWith(own), 8);
	t.is(coresWith({...own, [`${group}/cpu.max`]: 'max 100000\n'}), 8);
	t.is(coresWith({...own, [`${group}/cpu.max`]: '250000 100000\n'}), 2.5);
	t.is(coresWith({...own, [`${group}/cpu.max`]: '1600000 100000\n'}), 8, 'more than there are');
	const around = {[`${dirname(group)}/cpu.max`]: '50000 100000\n'};
	t.is(coresWith({...own, ...around, [`${group}/cpu.max`]: 'max 100000\n'}), 0.5);
});

test('version 2 in a container, which sees its own group as the root', t => {
	const files = {'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': '300000 100000\n'};
	t.is(coresWith(files), 3);
});

test('version 1: the controller may share its folder', t => {
	const files = (quota: string) => ({
		'proc/self/cgroup': '4:memory:/a\n2:cpu,cpuacct:/a/b\n0::/\n',
		'sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us': `${quota}\n`,
		'sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us': '20000\n',
	});
	t.is(coresWith(files('-1')), 8);
	t.is(coresWith(files('10000')), 0.5);
});

test('what is not there or makes no sense sets no limit', t => {
	t.is(coresWith({}), 8);
	const own = {'proc/self/cgroup': '0::/a\nnothing\n'};
	t.is(coresWith({...own, 'sys/fs/cgroup/a/cpu.max': ''}), 8);
	t.is(coresWith({...own, 'sys/fs/cgroup/a/cpu.max': '0 0\n'}), 8);
});

test('a part of a core takes one job, and others are rounded', t => {
	t.deepEqual([0.1, 0.5, 1.4, 1.6, 8].map(wholeCores), [1, 1, 1, 2, 8]);
});
