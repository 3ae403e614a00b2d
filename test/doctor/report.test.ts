import test from 'ava';
import type {Check, Finding} from '../../src/doctor/check.js';
import {groups} from '../../src/doctor/checks.js';
import {examine} from '../../src/doctor/examine.js';
import {findingText, summaryText} from '../../src/doctor/report.js';
import type {Repair, Verdict} from '../../src/doctor/verdict.js';
import {wrapped} from '../../src/lib/wrapped.js';
import {plantTree} from './place.js';

/** How findings are come by, and how they look. */

const finding: Finding = {
	group: 'Client',
	id: 'links',
	title: 'links',
	status: 'failure',
	message:
		'A long sentence about a folder and about what is in it, and what should rather be in it.',
	mend: 'sccache-gentoo links refresh /usr/local/libexec/sccache',
};
const plain = {width: 60, isColoured: false};

test('a finding is as wide as the terminal, and its command stands by itself', t => {
	t.is(
		findingText(finding, undefined, plain),
		`Client
  failure  links: A long sentence about a folder and about
           what is in it, and what should rather be in it.
           -> sccache-gentoo links refresh
              /usr/local/libexec/sccache
`,
	);
	const next: Finding = {...finding, status: 'ok', message: 'Good.', repaired: '2 links made'};
	t.is(
		findingText(next, finding, plain),
		'  ok       links: Good.\n           mended: 2 links made\n',
	);
	t.is(findingText({...next, group: 'Farm', title: 'Farm'}, finding, plain).split('\n')[1], 'Farm');
});

test('colours are asked for, and then the text is the same', t => {
	const coloured = findingText(finding, undefined, {width: 60, isColoured: true});
	const start = '\x1b[';
	t.true(coloured.includes(`${start}31mfailure`));
	const uncoloured = coloured
		.split(start)
		.map((part, index) => (index === 0 ? part : part.replace(/^\d+m/, '')));
	t.is(uncoloured.join(''), findingText(finding, undefined, plain));
	t.false(uncoloured.join('').includes(start));
});

test('a sum says what it comes to', t => {
	const ok: Finding = {...finding, status: 'ok'};
	const warning: Finding = {...finding, status: 'warning'};
	t.is(summaryText([ok, ok], plain), '\n2 ok. All is well.\n');
	t.is(
		summaryText([ok, warning, warning, finding], plain),
		'\n1 ok, 2 warnings, 1 failure. The chain is broken.\n',
	);
	t.deepEqual(wrapped('a bb ccc', 4), ['a bb', 'ccc']);
});

const check = (
	id: string,
	needs: readonly string[],
	verdicts: () => readonly Verdict[],
): Check => ({
	...{id, title: id, needs, isLive: false},
	run: async () => verdicts(),
});

test('what hangs on a broken link is skipped, one that throws is a warning', async t => {
	const tree = plantTree(t);
	const host = {root: tree.root, isLive: false} as Parameters<typeof examine>[0]['host'];
	const findings = await examine({
		host,
		repair: undefined,
		onFinding: () => {},
		groups: [
			{id: 'none', title: 'None', absent: async () => 'Not here.', checks: []},
			{
				id: 'some',
				title: 'Some',
				absent: async () => undefined,
				checks: [
					check('a', [], () => [{status: 'failure', message: 'No.'}]),
					check('b', ['a'], () => [{status: 'ok', message: 'Yes.'}]),
					check('c', ['b'], () => [{status: 'ok', message: 'Yes.'}]),
					check('d', [], () => {
						throw new Error('odd');
					}),
				],
			},
		],
	});
	t.deepEqual(
		findings.map(({id, status, message}) => `${id} ${status} ${message}`),
		[
			'none skipped Not here.',
			'a failure No.',
			'b skipped Not looked at, because of "a" above.',
			'c skipped Not looked at, because of "b" above.',
			"d warning It can't be looked at: odd.",
		],
	);
});

test('what is mended is looked at again, and a repair that fails is told', async t => {
	const tree = plantTree(t);
	const host = {root: tree.root, isLive: false} as Parameters<typeof examine>[0]['host'];
	const repair: Repair = {kind: 'mode', path: '/x', mode: 0o640};
	let broken = true;
	const run = (mend: () => string) =>
		examine({
			host,
			onFinding: () => {},
			repair: async () => mend(),
			groups: [
				{
					id: 'g',
					title: 'G',
					absent: async () => undefined,
					checks: [
						check('a', [], () =>
							broken
								? [{status: 'failure', message: 'No.', repair}]
								: [{status: 'ok', message: 'Yes.'}],
						),
					],
				},
			],
		});
	const [failed] = await run(() => {
		throw new Error('EROFS');
	});
	t.is(failed?.status, 'failure');
	t.is(failed?.repaired, 'not mended: EROFS');
	const [mended] = await run(() => {
		broken = false;
		return 'done';
	});
	t.is(mended?.status, 'ok');
	t.is(mended?.repaired, 'done');
});

test('checks have names of their own, and need only what comes before', t => {
	const seen = new Set<string>();
	for (const {checks} of groups) {
		for (const {id, needs} of checks) {
			t.false(seen.has(id), id);
			for (const need of needs) t.true(seen.has(need), `${id} needs ${need}`);
			seen.add(id);
		}
	}
	t.true(seen.size >= 25);
});
