import test from 'ava';
import fc from 'fast-check';
import {applyMakeConf, undoMakeConf} from '../../src/portage/make-conf.js';
import {
	defaultBlock,
	type MakeConfBlock,
	originalPathBlock,
	wikiTcpBlock,
} from '../../src/portage/make-conf-block.js';
import {featuresOf, lastValue, wrappersIn} from '../../src/portage/make-conf-facts.js';
import {readMakeConf} from '../../src/portage/make-conf-read.js';

const blocks = [defaultBlock(), wikiTcpBlock(), originalPathBlock(), defaultBlock('/opt/x')];

/** Lines that make.conf files are made of, and bytes that they are not. */
const line = fc.oneof(
	fc.constantFrom(
		'CFLAGS="-O2 -pipe"',
		'FEATURES="${FEATURES} ccache"',
		'PATH="/opt/bin:${PATH}"',
		'export A=1 B=2 # why',
		'A="one \\',
		'two"',
		"S='a",
		'source /etc/x',
		'# comment',
		'',
		'A+="x"',
		'\\',
		'ORIGINAL_PATH="$PATH"',
		'# >>> sccache-gentoo >>>',
		'# <<< sccache-gentoo <<<',
		'N=é',
	),
	fc.string({unit: 'binary', maxLength: 8}),
);
const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\r');
const anyText = fc
	.array(fc.tuple(line, lineEnd), {maxLength: 6})
	.chain(lines =>
		fc
			.boolean()
			.map(cut => lines.map(([a, b], i) => a + (cut && i + 1 === lines.length ? '' : b)).join('')),
	);
const anyBlock = fc.constantFrom(...blocks);

const textOf = (edit: ReturnType<typeof applyMakeConf>) => ('text' in edit ? edit.text : undefined);

test('undone, an applied block leaves no trace, whatever the file', t => {
	let applied = 0;
	fc.assert(
		fc.property(anyText, anyBlock, (text, block) => {
			const without = textOf(undoMakeConf(text));
			const result = textOf(applyMakeConf(text, block));
			if (result === undefined) return;
			applied++;
			t.is(textOf(undoMakeConf(result)), without);
			if (!text.includes('>>> sccache-gentoo')) t.is(without, text);
		}),
		{numRuns: 2000},
	);
	t.true(applied > 200);
});

test('applied twice it is applied once, and another block replaces it', t => {
	fc.assert(
		fc.property(anyText, anyBlock, anyBlock, (text, one, two) => {
			const result = textOf(applyMakeConf(text, one));
			if (result === undefined) return;
			t.is(textOf(applyMakeConf(result, one)), result);
			t.deepEqual(applyMakeConf(result, two), applyMakeConf(text, two));
		}),
		{numRuns: 1000},
	);
});

test('what is written, Portage reads, and it holds at the end', t => {
	fc.assert(
		fc.property(anyText, text => {
			const result = textOf(applyMakeConf(text, wikiTcpBlock()));
			if (result === undefined) return;
			const known = new Map([['PATH', '/bin']]);
			const before = readMakeConf(textOf(undoMakeConf(text)) ?? '', undefined, known);
			const after = readMakeConf(result, undefined, known);
			if (after.kind === 'refused' || before.kind === 'refused') return t.fail(result);
			const path = lastValue(before.assignments, 'PATH') ?? '/bin';
			t.is(lastValue(after.assignments, 'ORIGINAL_PATH'), path);
			t.is(lastValue(after.assignments, 'PATH'), `/usr/local/libexec/sccache:${path}`);
			t.regex(lastValue(after.assignments, 'FEATURES') ?? '', / -pid-sandbox$/);
			t.deepEqual(after.assignments.slice(0, before.assignments.length), before.assignments);
		}),
		{numRuns: 1000},
	);
});

test('the default block, in a file with CRLF and without a last line end', t => {
	t.deepEqual(applyMakeConf('A=1\r\nB=2', defaultBlock()), {
		text: [
			'A=1',
			'B=2',
			'# >>> sccache-gentoo >>>',
			'# Written by sccache-gentoo. Changes between these marks get lost.',
			'ORIGINAL_PATH="${PATH}"',
			'PATH="/usr/local/libexec/sccache:${PATH}"',
			'# <<< sccache-gentoo <<<',
		].join('\r\n'),
	});
});

test('lines that a user put behind the block stay', t => {
	const once = textOf(applyMakeConf('A=1\n', defaultBlock())) ?? '';
	t.deepEqual(undoMakeConf(`${once}PATH="/last"\n`), {text: 'A=1\nPATH="/last"\n'});
	const again = textOf(applyMakeConf(`${once}PATH="/last"\n`, defaultBlock())) ?? '';
	t.true(again.startsWith('A=1\nPATH="/last"\n# >>>'));
});

const unsafe: readonly (readonly [string, string, RegExp])[] = [
	['Portage refuses the file', 'A=1\nif x\n', /^Portage refuses line 2: /],
	['the wiki was followed by hand', 'ORIGINAL_PATH="$PATH"\n', /^line 1 sets ORIGINAL_PATH/],
	['our folder is in PATH', '\nPATH="/usr/local/libexec/sccache:$PATH"', /^line 2 has .* in PATH/],
	['a mark lost its partner', '# >>> sccache-gentoo >>>\n', /^line 1 .* does not end$/],
	[
		'the marks stand in a value',
		'A="\n# >>> sccache-gentoo >>>\n# <<< sccache-gentoo <<<\n"\n',
		/^before our block, Portage refuses line 1: a quote/,
	],
];

for (const [title, text, reason] of unsafe) {
	test(`left alone: ${title}`, t => {
		const edit = applyMakeConf(text, defaultBlock());
		t.regex('unsafe' in edit ? edit.unsafe : '', reason);
	});
}

test('a folder that make.conf can not hold is an error', t => {
	for (const folder of ['relative', '/a"b', '/a b', '/a:b', '/$HOME', '/a\nb', '/a\\b']) {
		t.throws((): MakeConfBlock => defaultBlock(folder), {code: 'PORTAGE_INVALID'}, folder);
	}
});

test('other wrappers in FEATURES are found, outermost first, and explained', t => {
	const reading = readMakeConf(
		'FEATURES="distcc -x ccache icecream"\nFEATURES="$FEATURES -icecream"',
	);
	if (reading.kind === 'refused') return t.fail();
	const features = featuresOf(reading.assignments);
	t.deepEqual(features, ['distcc', 'ccache']);
	const found = wrappersIn(features, 'make.conf');
	t.deepEqual(
		found.map(({wrapper}) => wrapper),
		['ccache', 'distcc'],
	);
	t.regex(found[0]?.meaning ?? '', /stored twice/);
	t.regex(wrappersIn(features, 'bashrc')[0]?.meaning ?? '', /^our folder comes before/);
});
