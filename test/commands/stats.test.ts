import {spawnSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {stripVTControlCharacters} from 'node:util';
import test from 'ava';
import {csv} from '../../src/commands/sccache-gentoo/stats/csv.js';
import {packageChoice} from '../../src/commands/sccache-gentoo/stats/package-choice.js';
import {parseSince} from '../../src/commands/sccache-gentoo/stats/since.js';
import {textTable} from '../../src/commands/sccache-gentoo/stats/text-table.js';
import {verdictLines, verdictOn} from '../../src/commands/sccache-gentoo/stats/verdicts.js';
import {duration, percent, shortDuration, size} from '../../src/lib/human.js';
import {noSums} from '../../src/stats/sums.js';
import {Farm, program, realPath, settle} from '../e2e/farm.js';
import {hasProgram} from '../helpers/has-program.js';
import {gentoo} from './gentoo.js';

/** `sccache-gentoo stats`, and how it writes figures. */

async function built(t: {teardown: (end: () => Promise<void>) => void}): Promise<Farm> {
	const farm = await Farm.start();
	t.teardown(() => farm.close());
	const build = (packageVersion: string, names: readonly string[]) => {
		const PORTAGE_BUILDDIR = `/var/tmp/portage/${packageVersion}`;
		for (const name of names) {
			farm.run('gcc', ['-c', `${name}.c`, '-o', `${name}.o`], {env: {PORTAGE_BUILDDIR}});
		}
	};
	for (const name of ['a', 'b', 'c']) farm.write(`${name}.c`, `int ${name};\n`);
	settle();
	build('app-misc/demo-1.0', ['a', 'b']);
	build('app-misc/demo-1.1', ['a', 'b', 'none']);
	build('app-misc/extra-2', ['c']);
	farm.run('gcc', ['-E', 'a.c']);
	return farm;
}

test('totals, groups and a line tell the same of real compiles', async t => {
	const farm = await built(t);
	const json = (...args: readonly string[]) =>
		JSON.parse(gentoo(farm, ['stats', '--json', ...args]).stdout);
	const {totals, groups, cache} = json();
	t.like(totals, {requests: 7, compiles: 6, hits: 2, misses: 3, notCacheable: 1, hitRate: 0.3333});
	t.deepEqual(groups, []);
	t.like(cache, {entries: 3});
	const packages = json('--by', 'package').groups as {package: string}[];
	t.deepEqual(packages.map(row => row.package).sort(), ['', 'app-misc/demo', 'app-misc/extra']);
	t.like(packages[0], {package: 'app-misc/demo', compiles: 5, hits: 2, builds: 2});
	t.like(
		packages.find(row => row.package === 'app-misc/extra'),
		{verdict: 'too early', command: null},
	);
	t.is(json('--by', 'version', '--package', 'app-misc/demo').groups.length, 2);
	t.is(json('--by', 'reason').groups.length, 3);
	t.like(json('--by', 'server').groups[0], {server: '', compiles: 3});
	t.is(json('--since', '1h').totals.compiles, 6);
	t.is(json('--since', '2100-01-01').totals.compiles, 0);
	t.regex(
		gentoo(farm, ['stats', '--line', '--package', '=app-misc/demo-1.1']).stdout,
		/^3 compiles, 67 % from the cache, \d.* saved\n$/,
	);
	t.is(gentoo(farm, ['stats', '--line', '--package', 'app-misc/none']).stdout, '');
	const lines = gentoo(farm, ['stats', '--by', 'day', '--csv']).stdout.split('\r\n');
	t.regex(lines[0] ?? '', /^day,requests,compiles,hits,/);
	t.regex(lines[1] ?? '', /^\d{4}-\d\d-\d\d,7,6,2,/);
	const text = gentoo(farm, ['stats']).stdout;
	t.regex(text, /^ {2}from the cache +2 +33 %$/m);
	t.regex(text, /^Verdict on 2 packages: /m);
	t.false(text.includes('\u001b'));
	t.is(gentoo(farm, ['stats', '--since', 'never']).code, 2);
	t.is(gentoo(farm, ['stats', '--package', 'demo']).code, 2);
});

const script = hasProgram('script');
(script ? test : test.skip)(
	`on a terminal of 80 columns no line is longer, and there is colour${script ? '' : ' (no script)'}`,
	async t => {
		const farm = await Farm.start();
		t.teardown(() => farm.close());
		const long = `app-misc/${'very-'.repeat(20)}long`;
		farm.write('a.c', 'int a;\n');
		settle();
		farm.run('gcc', ['-c', 'a.c'], {env: {PORTAGE_BUILDDIR: `/var/tmp/portage/${long}-1`}});
		const command = join(dirname(program), 'sccache-gentoo');
		const onTerminal = (args: string) =>
			spawnSync('script', ['-qec', `stty cols 80; ${command} stats ${args}`, '/dev/null'], {
				encoding: 'utf8',
				env: {
					SCCACHE_SERVER_UDS: farm.socket,
					HOME: '/nonexistent',
					TERM: 'xterm',
					PATH: `${dirname(process.execPath)}:${realPath}`,
				},
			}).stdout;
		for (const by of ['package', 'version', 'compiler', 'day', 'reason', 'server']) {
			const text = onTerminal(`--by ${by}`);
			t.true(text.includes('\u001b[1m'));
			const lines = stripVTControlCharacters(text).split(/\r?\n/);
			t.deepEqual(
				lines.filter(line => line.length > 80),
				[],
				by,
			);
		}
		t.true(gentoo(farm, ['stats', '--by', 'package']).stdout.includes(`${long}  `));
	},
);

test('without statistics it says where to look', async t => {
	const farm = await Farm.start();
	t.teardown(() => farm.close());
	const {code, stdout} = gentoo(farm, ['stats']);
	t.is(code, 0);
	t.regex(stdout, /sccache-gentoo doctor/);
});

test('a package that is excluded by now is told to be', async t => {
	const farm = await built(t);
	const portage = join(farm.root, 'etc/portage');
	mkdirSync(portage, {recursive: true});
	writeFileSync(join(portage, 'package.env'), '>=app-misc/demo-1 default-path\n');
	const {stdout} = gentoo(farm, ['stats', '--by=package', '--json', '--root', farm.root]);
	const {groups} = JSON.parse(stdout) as {groups: {package: string; excluded?: boolean}[]};
	const excluded = groups.filter(row => row.excluded === true).map(row => row.package);
	t.deepEqual(excluded, ['app-misc/demo']);
});

const losing = {
	...noSums,
	lostMs: 60_000,
	compileMs: 100_000,
	misses: 50,
	compiles: 50,
};

test('a package that loses is told with the command that helps', t => {
	const row = (remote: number, excluded: readonly string[] = []) => ({
		package: 'dev-libs/foo',
		savedMs: 0,
		lostMs: 60_000,
		...verdictOn('dev-libs/foo', {sums: {...losing, remote}, builds: 4}, new Set(excluded)),
	});
	t.is(row(0).command, 'sccache-gentoo exclude dev-libs/foo');
	t.is(row(40).command, 'sccache-gentoo exclude --no-cache dev-libs/foo');
	const other = {...row(0), package: 'a/b', verdict: 'worth it' as const, command: null};
	const lines = verdictLines([row(0), other]);
	t.is(lines[0], 'Verdict on 2 packages: worth it 1, costs you 1.');
	t.is(lines.at(-1), '  sccache-gentoo exclude dev-libs/foo');
	t.regex(verdictLines([row(0, ['dev-libs/foo'])]).join('\n'), /excluded by now\.$/);
});

test('times and sizes are in the units that people use', t => {
	const times = [0, 3, 850, 999.7, 4200, 12_300, 250_000, 7_500_000, 200_000_000];
	t.deepEqual(times.map(duration), [
		'0 s',
		'3 ms',
		'850 ms',
		'1.0 s',
		'4.2 s',
		'12 s',
		'4 min 10 s',
		'2 h 5 min',
		'2 d 7 h',
	]);
	t.is(shortDuration(250_000), '4m10s');
	t.deepEqual([0, 999, 1000, 20_480, 1024 ** 3 * 1.25, 1024 ** 4 * 300].map(size), [
		'0 B',
		'999 B',
		'0.98 KiB',
		'20.0 KiB',
		'1.25 GiB',
		'300 TiB',
	]);
	t.deepEqual([0, 0.001, 0.5, 0.999, 1, undefined].map(percent), [
		'0 %',
		'<1 %',
		'50 %',
		'99 %',
		'100 %',
		'-',
	]);
});

test('moments are taken as people and programs write them', t => {
	const now = new Date(2026, 0, 31, 14, 30).getTime();
	const hourMs = 60 * 60_000;
	t.is(parseSince('12h', now), now - 12 * hourMs);
	t.is(parseSince('2w', now), now - 14 * 24 * hourMs);
	t.is(parseSince('today', now), new Date(2026, 0, 31).getTime());
	t.is(parseSince('yesterday', now), new Date(2026, 0, 30).getTime());
	t.is(parseSince('2026-01-02', now), new Date(2026, 0, 2).getTime());
	t.is(parseSince('2026-01-02 03:04', now), new Date(2026, 0, 2, 3, 4).getTime());
	t.is(parseSince('@1234', now), 1_234_000);
	for (const wrong of ['', 'soon', '7', '7x', '2026-02-30', '2026-01-02 25:00', '@x']) {
		t.is(parseSince(wrong, now), undefined, wrong);
	}
});

test('an atom means a package or one of its versions, and nothing that the statistics can’t tell', t => {
	t.true(packageChoice('dev-libs/foo')?.('dev-libs/foo-1.2-r3'));
	t.false(packageChoice('dev-libs/foo')?.('dev-libs/foo-bar-1'));
	t.true(packageChoice('=dev-libs/foo-1')?.('dev-libs/foo-1'));
	t.false(packageChoice('=dev-libs/foo-1')?.('dev-libs/foo-1-r1'));
	for (const wrong of ['foo', '>=dev-libs/foo-1', 'dev-libs/*', '=dev-libs/foo-1*', 'a/b:0', '']) {
		t.is(packageChoice(wrong), undefined, wrong);
	}
});

test('columns are as wide as their cells, and one gives way where there is no room', t => {
	const rows = [
		{name: 'a-long-name-of-something', count: 5},
		{name: 'b', count: 12_345},
	];
	const table = (width: number | undefined, cut: 'start' | 'end') =>
		textTable<(typeof rows)[number]>(
			[
				{title: 'name', side: 'left', cell: ({name}) => name, cut},
				{title: 'count', side: 'right', cell: ({count}) => String(count)},
			],
			rows,
			{width, isColoured: false},
		);
	t.is(
		table(undefined, 'end'),
		'name                      count\na-long-name-of-something      5\nb                         12345\n',
	);
	t.is(table(20, 'end'), 'name           count\na-long-name-…      5\nb              12345\n');
	t.regex(table(20, 'start'), /^…of-something {6}5$/m);
});

test('CSV quotes what needs it', t => {
	t.is(
		csv([
			{a: 'x,"y"', b: 1},
			{a: null, b: 'two\nlines'},
		]),
		'a,b\r\n"x,""y""",1\r\n,"two\nlines"\r\n',
	);
	t.is(csv([]), '');
});
