import {existsSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {openStatistics} from '../../src/stats/open-stats.js';
import type {CompileRecord} from '../../src/stats/record.js';
import {Farm} from '../e2e/farm.js';
import {compileRecord} from '../stats/compile-record.js';
import {type Place, place} from './place.js';

/** What `--show-stats` tells of distribution. */

const compile: CompileRecord = {...compileRecord, package: ''};
const [one, two] = ['192.0.2.1:10501', '[2001:db8::2]:10501'];

function record({cacheDir}: Place, compiles: readonly Partial<CompileRecord>[]): void {
	mkdirSync(cacheDir);
	const statistics = openStatistics({
		dir: cacheDir,
		now: Date.now,
		onError: error => {
			throw error;
		},
	});
	for (const changes of compiles) statistics.record({...compile, ...changes});
	statistics.close();
}

const distributed = [
	{server: one},
	{server: two, failedServers: [one]},
	{server: two},
	{notDistributed: 'a small job'},
	{notDistributed: 'PEER_UNREACHABLE', failedServers: [one, two]},
	{notDistributed: 'a small job'},
	{outcome: 'notCacheable', reason: '-save-temps'},
] as const;

test('the text has the failures, then servers and reasons, the most first', async t => {
	const here = place(t);
	record(here, distributed);
	const {stdout, code} = await here.sccache('--show-stats');
	t.is(code, 0);
	const lines = stdout.split('\n').map(line => line.trimEnd().replace(/(?<=\S) +(?=\S+$)/, '|'));
	t.true(lines.includes('Failed distributed compilations|3'), stdout);
	const begin = lines.indexOf('Successful distributed|compiles');
	t.deepEqual(lines.slice(begin - 1, begin + 12), [
		'',
		'Successful distributed|compiles',
		`  ${two}|2`,
		`  ${one}|1`,
		'',
		'Not|distributed:',
		'a small job|2',
		'PEER_UNREACHABLE|1',
		'',
		'Non-cacheable|reasons:',
		'-save-temps|1',
		'',
		lines[begin + 11],
	]);
	t.regex(lines[begin + 11] ?? '', /^Cache location/);
	// Figures stand under figures.
	const column = (start: string) => stdout.split('\n').find(line => line.startsWith(start))?.length;
	t.is(column(`  ${one}`), column('Failed distributed compilations'));
});

test('the text of a client without a farm says nothing of servers and reasons', async t => {
	const here = place(t);
	record(here, [{}]);
	const {stdout} = await here.sccache('--show-stats');
	t.regex(stdout, /^Failed distributed compilations +0$/m);
	t.notRegex(stdout, /Successful distributed|Not distributed/);
	t.false(stdout.includes('\n\n'));
});

test("the JSON has upstream's two fields, and by reason and by server under gentoo", async t => {
	const here = place(t);
	record(here, distributed);
	const {stdout} = await here.sccache('--show-stats', '--stats-format=json');
	const {stats} = JSON.parse(stdout);
	t.deepEqual(stats.dist_compiles, {[one]: 1, [two]: 2});
	t.is(stats.dist_errors, 3);
	t.deepEqual(stats.gentoo.not_distributed, {'a small job': 2, PEER_UNREACHABLE: 1});
	t.deepEqual(stats.gentoo.dist_errors_by_server, {[one]: 2, [two]: 1});
});

test('a compile that stays here, with a farm that is down, is counted with its reason', async t => {
	const here = place(t);
	// Port 9 is discard's: nobody listens.
	here.configure('[dist]\nscheduler_url = "http://127.0.0.1:9"\n');
	const farm = await Farm.start({SCCACHE_CONF: join(here.dir, 'config')});
	try {
		farm.write('a.c', 'int a;\n');
		t.is(farm.run('gcc', ['-c', 'a.c']).code, 0);
		t.is(farm.run('gcc', ['-c', 'a.c']).code, 0);
		t.true(existsSync(join(farm.work, 'a.o')));
		const {stats} = JSON.parse(farm.sccache(['--show-stats', '--stats-format=json']).stdout);
		t.deepEqual(Object.values(stats.gentoo.not_distributed), [stats.cache_misses.counts['C/C++']]);
		t.deepEqual(stats.dist_compiles, {});
	} finally {
		await farm.close();
	}
});
