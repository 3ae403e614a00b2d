import test from 'ava';
import {declareClient} from '../../src/client/metrics.js';
import {createMetrics} from '../../src/metrics/create-metrics.js';
import {toCounters} from '../../src/stats/counters.js';
import {noStats} from './declared.js';

async function told(reasons: Readonly<Record<string, number>>): Promise<readonly string[]> {
	const metrics = createMetrics({component: 'client', version: '0'});
	const counters = {...toCounters([]), notDistributedReasons: reasons};
	const view = {stats: {...noStats, counters}, workers: 1, running: 0, isSchedulerUp: true};
	declareClient(metrics, () => view);
	const text = await metrics.text();
	return text.match(/^sccache_client_not_distributed_total\{.*$/gm) ?? [];
}

test('reasons that differ in a file alone are one, and no file is named', async t => {
	const lines = await told({
		'/usr/bin/gcc-14 is no_dist in dist.toolchains': 2,
		'/home/user/bin/gcc is no_dist in dist.toolchains': 3,
		'-march=native: no such "/etc/secret" (/tmp/x.c)': 1,
		'as soon done here / there': 4,
	});
	t.deepEqual([...lines].sort(), [
		'sccache_client_not_distributed_total{reason="-march=native: no such \\"FILE\\" (FILE)"} 1',
		'sccache_client_not_distributed_total{reason="FILE is no_dist in dist.toolchains"} 5',
		'sccache_client_not_distributed_total{reason="as soon done here / there"} 4',
	]);
});

test('of more reasons than are told apart, the later ones are one', async t => {
	const reasons = Object.fromEntries(Array.from({length: 80}, (_, n) => [`reason ${n}`, 1]));
	const lines = await told(reasons);
	t.is(lines.length, 51);
	t.true(lines.includes('sccache_client_not_distributed_total{reason="other"} 30'));
});
