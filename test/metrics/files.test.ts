import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import test from 'ava';
import {hasProgram} from '../helpers/has-program.js';
import {allNames, declaredMetrics} from './declared.js';

const hasPromtool = hasProgram('promtool');
const withPromtool = hasPromtool ? test : test.skip;
const because = hasPromtool ? '' : ' (no promtool here)';

const rulesFile = resolve('src/metrics/files/sccache-gentoo.rules.yml');
const dashboardFile = resolve('src/metrics/files/sccache-gentoo.dashboard.json');

interface Panel {
	readonly id: number;
	readonly type: string;
	readonly title: string;
	readonly gridPos: {
		readonly x: number;
		readonly y: number;
		readonly w: number;
		readonly h: number;
	};
	readonly targets?: readonly {readonly expr: string}[];
}

interface Dashboard {
	readonly uid: string;
	readonly panels: readonly Panel[];
	readonly templating: {readonly list: readonly {readonly definition?: string}[]};
}

const dashboard = JSON.parse(readFileSync(dashboardFile, 'utf8')) as Dashboard;
const rules = readFileSync(rulesFile, 'utf8');

const queries = dashboard.panels.flatMap(({targets = []}) => targets.map(({expr}) => expr));

/** As Prometheus is asked, once Grafana has filled in what it fills in. */
const filledIn = (query: string): string =>
	query
		.replaceAll('$__rate_interval', '5m')
		.replaceAll('$__range', '1h')
		.replaceAll('$instance', '.*');

function promtool(args: readonly string[], input = '') {
	const {status, stdout, stderr} = spawnSync('promtool', args, {input, encoding: 'utf8'});
	return {status, said: stdout + stderr};
}

function temporary(t: {teardown(act: () => void): void}): string {
	const folder = mkdtempSync(join(tmpdir(), 'metrics-test-'));
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	return folder;
}

const ofOurs = /\b(?:sccache|process)_[a-z0-9_]+/g;
const series = (name: string) => name.replace(/_(?:bucket|sum|count)$/, '');

test('dashboard and alerts ask for nothing that no daemon tells', t => {
	const known = allNames();
	const definitions = dashboard.templating.list.map(({definition = ''}) => definition);
	const expressions = [...rules.matchAll(/^ +expr: (?:\|\n((?: {10,}.*\n)+)|(.*))/gm)].map(
		([, block, line]) => block ?? line ?? '',
	);
	t.is(expressions.length, rules.match(/^ +- alert: /gm)?.length ?? 0);
	const asked = [...queries, ...definitions, ...expressions]
		.flatMap(text => text.match(ofOurs) ?? [])
		.map(name => (known.has(name) ? name : series(name)));
	t.true(asked.length > 50);
	t.deepEqual(
		[...new Set(asked)].filter(name => !known.has(name)),
		[],
	);
});

test('each panel of the dashboard has a place and an id of its own', t => {
	const {panels} = dashboard;
	t.is(new Set(panels.map(({id}) => id)).size, panels.length);
	const cells = panels.flatMap(({gridPos: {x, y, w, h}}) => {
		t.true(x + w <= 24);
		return Array.from({length: w * h}, (_, index) =>
			[x + (index % w), y + Math.floor(index / w)].join(),
		);
	});
	t.is(new Set(cells).size, cells.length);
	for (const {type, targets = [], title} of panels)
		t.is(type === 'row', targets.length === 0, title);
});

withPromtool(`promtool finds nothing in what each daemon tells${because}`, async t => {
	for (const [name, metrics] of Object.entries(declaredMetrics())) {
		const {status, said} = promtool(['check', 'metrics'], await metrics.text());
		t.is(status, 0, `${name}: ${said}`);
		t.is(said, '', name);
	}
});

withPromtool(`promtool takes the alert rules${because}`, t => {
	const {status, said} = promtool(['check', 'rules', rulesFile]);
	t.is(status, 0, said);
	t.regex(said, /SUCCESS: \d+ rules found/);
});

withPromtool(`promtool takes each query of the dashboard${because}`, t => {
	const file = join(temporary(t), 'queries.yml');
	const records = queries.map((query, index) => ({record: `query${index}`, expr: filledIn(query)}));
	writeFileSync(file, JSON.stringify({groups: [{name: 'dashboard', rules: records}]}));
	const {status, said} = promtool(['check', 'rules', file]);
	t.is(status, 0, said);
});

withPromtool(`alerts are raised for what they are about, and for nothing else${because}`, t => {
	const file = join(temporary(t), 'test.yml');
	const scheduler = 'instance="s:1",job="sccache"';
	const at = (labels: string) => `{${scheduler},${labels}}`;
	const forever = '_x120';
	const input = [
		[`sccache_scheduler_servers${at('state="up"')}`, `1x30 0${'x90'}`],
		[`sccache_scheduler_server_quarantined${at('server="a:1"')}`, `0x30 1${'x90'}`],
		[`sccache_scheduler_server_quarantined${at('server="b:1"')}`, '0x120'],
		[`sccache_scheduler_jobs_total${at('server="a:1",outcome="failed"')}`, '0+1x120'],
		[`sccache_scheduler_jobs_total${at('server="a:1",outcome="done"')}`, '0+9x120'],
		[`sccache_scheduler_jobs_total${at('server="b:1",outcome="failed"')}`, '0+1x120'],
		[`sccache_scheduler_jobs_total${at('server="b:1",outcome="done"')}`, '0+99x120'],
		[`sccache_scheduler_queued_jobs{${scheduler}}`, '0x120'],
		[`sccache_scheduler_server_slots${at('server="a:1"')}`, '8x120'],
		[`sccache_scheduler_server_slots${at('server="c:1"')}`, '8x30 _x90'],
		// Of a scheduler that is gone itself, nothing is known.
		['sccache_scheduler_server_slots{instance="t:1",server="d:1"}', '8x30 _x90'],
		['sccache_client_scheduler_up{instance="c:1"}', '1x30 0x90'],
		['sccache_client_fallbacks_total{instance="c:1",code="STORE_BUSY"}', '0+1x120'],
		['sccache_client_requests_total{instance="c:1",outcome="miss"}', '0+1x120'],
		['sccache_client_fallbacks_total{instance="d:1",code="STORE_BUSY"}', '0+1x120'],
		['sccache_client_requests_total{instance="d:1",outcome="miss"}', '0+200x120'],
		['sccache_build_info{instance="e:1",job="sccache",component="server"}', `1x30 ${forever}`],
		['up{instance="e:1",job="sccache"}', '1x30 0x90'],
		['up{instance="other:1",job="node"}', '0x120'],
	];
	const raised = (alertname: string, labels: Record<string, string>) => ({
		eval_time: '60m',
		alertname,
		exp_alerts: [{exp_labels: labels}],
	});
	const names = [...rules.matchAll(/alert: (\w+)/g)].map(([, name = '']) => name);
	const expected = [
		raised('SccacheNoServers', {severity: 'warning', instance: 's:1', job: 'sccache', state: 'up'}),
		raised('SccacheServerQuarantined', {
			...{severity: 'warning', instance: 's:1', job: 'sccache', server: 'a:1'},
		}),
		raised('SccacheServerGone', {
			...{severity: 'info', instance: 's:1', job: 'sccache', server: 'c:1'},
		}),
		raised('SccacheServerFails', {severity: 'warning', instance: 's:1', server: 'a:1'}),
		raised('SccacheClientWithoutScheduler', {severity: 'warning', instance: 'c:1'}),
		raised('SccacheClientFallsBack', {severity: 'warning', instance: 'c:1'}),
		raised('SccacheDaemonDown', {
			...{severity: 'warning', instance: 'e:1', job: 'sccache', component: 'server'},
		}),
	];
	const quiet = names
		.filter(name => !expected.some(({alertname}) => alertname === name))
		.map(alertname => ({eval_time: '60m', alertname, exp_alerts: []}));
	const early = names.map(alertname => ({eval_time: '1m', alertname, exp_alerts: []}));
	writeFileSync(
		file,
		JSON.stringify({
			rule_files: [withoutAnnotations(t)],
			evaluation_interval: '1m',
			tests: [
				{
					interval: '1m',
					input_series: input.map(([name, values]) => ({series: name, values})),
					alert_rule_test: [...expected, ...quiet, ...early],
				},
			],
		}),
	);
	const {status, said} = promtool(['test', 'rules', file]);
	t.is(status, 0, said);
});

/** promtool compares them too, and their wording is not what is tested. */
function withoutAnnotations(t: {teardown(act: () => void): void}): string {
	const file = join(temporary(t), 'rules.yml');
	writeFileSync(file, rules.replace(/^ +annotations:\n(?: {10,}.*\n)+/gm, ''));
	return file;
}
