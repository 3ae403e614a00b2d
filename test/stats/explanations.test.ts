import test from 'ava';
import Database from 'better-sqlite3';
import type {Explanation} from '../../src/stats/explanation.js';
import {Explanations} from '../../src/stats/explanations.js';
import {nearest} from '../../src/stats/nearest.js';
import type {CompileRecord} from '../../src/stats/record.js';
import {statisticsSchema} from '../../src/stats/schema.js';
import {unitName} from '../../src/stats/unit-name.js';
import {compileRecord} from './compile-record.js';
import {asked} from './place.js';

/** How a compile that missed is compared with those that were stored. */

const digest = (seed: string) => seed.repeat(64);

const base: Explanation = {
	path: '/b/dev-libs/foo-1/work/foo-1/a.c',
	sourceDigest: digest('1'),
	directKey: digest('a'),
	compilerDigest: digest('c'),
	programs: [
		['/usr/bin/gcc', digest('2')],
		['/usr/lib/cc1', digest('3')],
	],
	fields: [
		['args', ['-O2', '-Ia', '-O2']],
		['env', ['LANG=C']],
		['cwd', []],
	],
	lookup: 'unknown',
	differences: [],
	preprocessed: false,
	attempts: [],
};

const explained = (compile: number, explanation: Partial<Explanation>) => ({
	compile,
	explanation: {...base, directKey: digest(String(compile % 10)), ...explanation},
});

test('the nearest has the same key, or differs in the fewest fields; of equals, the first', t => {
	const two = explained(1, {sourceDigest: digest('9'), fields: [['args', ['-O3']]]});
	const one = explained(2, {fields: [['args', ['-O2']], ...base.fields.slice(1)]});
	const same = explained(3, {directKey: base.directKey, sourceDigest: digest('8')});
	t.is(nearest(base, [two, one, explained(4, {sourceDigest: digest('7')})])?.compile, 2);
	t.deepEqual(nearest(base, [two, one, same]), {compile: 3, differences: []});
	t.is(nearest(base, []), undefined);
	t.is(nearest({...base, directKey: ''}, [explained(5, {directKey: ''})])?.differences.length, 0);
});

test('differences name what each side has alone', t => {
	const found = nearest(base, [
		explained(1, {
			sourceDigest: digest('9'),
			compilerDigest: digest('d'),
			programs: [
				['/usr/bin/gcc', digest('2')],
				['/usr/lib/cc1', digest('4')],
				['/usr/lib/new.so', digest('5')],
			],
			fields: [
				['args', ['-Ia', '-O2', '-DX']],
				['env', ['LANG=de_DE']],
				['cwd', ['/w', '/w']],
			],
		}),
	]);
	t.deepEqual(found?.differences, [
		{field: 'source', here: [], there: []},
		{field: 'compiler', here: ['/usr/lib/cc1'], there: ['/usr/lib/cc1', '/usr/lib/new.so']},
		{field: 'args', here: ['-O2'], there: ['-DX']},
		{field: 'env', here: ['LANG=C'], there: ['LANG=de_DE']},
		{field: 'cwd', here: [], there: ['/w', '/w']},
	]);
});

test('of files that the command line names, those that changed are told', t => {
	const of = (values: readonly string[]) => ({...base, fields: [['extra', values]] as const});
	const stored = explained(1, {fields: of(['/a', '1', '/b', '2']).fields});
	const [difference] = nearest(of(['/a', '1', '/b', '3']), [stored])?.differences ?? [];
	t.deepEqual(difference, {field: 'extra', here: ['/b'], there: []});
});

test('a source keeps its name from version to version of its package', t => {
	const of = (version: string) =>
		unitName(
			`/var/tmp/portage/dev-libs/foo-${version}/work/foo-${version.replace(/-r\d+$/, '')}/a.c`,
			`dev-libs/foo-${version}`,
		);
	t.is(of('1.0'), 'dev-libs/foo:work/foo-*/a.c');
	t.is(of('1.0'), of('2.0_rc1-r3'));
	t.is(unitName('/home/me/a.c', ''), '/home/me/a.c');
	t.is(unitName('/home/me/a.c', 'dev-libs/foo-1'), '/home/me/a.c');
});

test('stored compiles of a source are found by its name in other versions, and by its content', t => {
	const compile = (
		version: string,
		what: Partial<CompileRecord>,
		of: Partial<Explanation> = {},
	) => ({
		...compileRecord,
		package: `dev-libs/foo-${version}`,
		...what,
		explanation: {
			...base,
			path: `/b/dev-libs/foo-${version}/work/foo-${version}/a.c`,
			sourceDigest: digest('4'),
			...of,
		},
	});
	const compiles = [
		compile('1', {}),
		compile('2', {}),
		compile('3', {outcome: 'notCacheable'}),
		compile('4', {writeError: true}),
		compile('5', {storeMs: 0}),
		compile('6', {package: ''}, {path: '/elsewhere/b.c', sourceDigest: digest('1')}),
		compile('7', {package: ''}, {path: '/elsewhere/c.c', sourceDigest: digest('2')}),
		compile('8', {}, {sourceDigest: digest('1'), attempts: [attempt]}),
		compile('9', {}),
	];
	asked(t, compiles, ({explanations}) => {
		t.deepEqual(
			explanations.storedBefore(8).map(({compile: id}) => id),
			[6, 2, 1],
		);
		t.deepEqual(explanations.of(8)?.explanation, {
			...base,
			path: '/b/dev-libs/foo-8/work/foo-8/a.c',
			attempts: [attempt],
		});
		t.is(explanations.of(10), undefined);
	});
});

const attempt = {server: '192.0.2.1:1', code: 'SERVER_FAILED', message: 'no', elapsedMs: 3};

test('the newest explanations stay', t => {
	const database = new Database(':memory:');
	for (const step of statisticsSchema) database.exec(step);
	database.exec(
		`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50010)
		INSERT INTO explanations SELECT i * 2, 1, x'01', x'02', 1, x'03', x'04' FROM n`,
	);
	new Explanations(database).dropOld();
	t.deepEqual(
		database.prepare('SELECT count(*) AS n, min(compile) AS first FROM explanations').get(),
		{
			n: 50_000,
			first: 22,
		},
	);
	database.close();
});
