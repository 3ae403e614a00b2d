import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {AppError} from '../../src/lib/errors.js';
import {wrapped} from '../../src/setup/ask/ask.js';
import {editToml, type Setting, tomlValue} from '../../src/setup/plan/toml-edit.js';
import {unifiedDiff} from '../../src/setup/show/diff.js';
import {hasProgram} from '../helpers/has-program.js';

const settings: readonly Setting[] = [
	{table: '', key: 'public_addr', value: 'h:1'},
	{table: 'dist', key: 'toolchains', value: []},
	{table: 'dist', key: 'toolchain_cache_size', value: 7},
	{table: 'dist.auth', key: 'token', value: 'se"cr\\et'},
];

const tomlLine = fc.constantFrom(
	'public_addr = "a:1" # why',
	"public_addr = 'a:1'",
	'public_addr="""',
	'a:1"""',
	'[dist]',
	'[dist.auth]',
	'  [ dist ]',
	'[[cache]]',
	'[other]',
	'toolchains = ["x"]',
	'toolchains = [',
	']',
	'toolchain_cache_size = 1_000',
	'token = "x"',
	'dist.auth = {token = "x"}',
	'auth = {token = "x"}',
	'public_addr = "h:1"',
	'# comment',
	'',
	'bind_address = "b:2"',
);
const anyToml = fc
	.tuple(fc.array(tomlLine, {maxLength: 8}), fc.constantFrom('\n', '\r\n'), fc.boolean())
	.map(([lines, end, whole]) => lines.join(end) + (whole ? end : ''));

function edited(text: string): string | undefined {
	try {
		return editToml(text, settings);
	} catch (error) {
		if (error instanceof AppError && error.code === 'CONFIG_INVALID') return undefined;
		throw error;
	}
}

test('in an edited TOML text the settings hold, twice is once, and every other line is there still', t => {
	let done = 0;
	fc.assert(
		fc.property(anyToml, text => {
			const result = edited(text);
			if (result === undefined) return;
			done++;
			for (const {table, key, value} of settings) t.deepEqual(tomlValue(result, table, key), value);
			t.is(edited(result), result);
			const keys = /^\s*(?:public_addr|toolchains|toolchain_cache_size|token)\b/;
			const others = (of: string) =>
				of.split(/\r?\n/).filter(each => each.trim() !== '' && !keys.test(each));
			const left = others(result);
			for (const line of others(text)) t.true(left.includes(line), line);
			if (/^public_addr = "a:1" # why/.test(text)) t.regex(result, /public_addr = "h:1" # why/);
		}),
		{numRuns: 3000},
	);
	t.true(done > 300);
});

test('a text in which nothing is to be done stays byte for byte', t => {
	const text =
		'public_addr="h:1"\r\n[dist]\r\ntoolchains=[ ]\r\ntoolchain_cache_size=0x7\r\nauth.token=\'se"cr\\et\'';
	t.is(editToml(text, settings), text);
});

test('an explanation is broken between words, and nothing of it is lost', t => {
	fc.assert(
		fc.property(
			fc.array(fc.string({unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 12}), {
				minLength: 1,
			}),
			words => {
				const text = words.join(' ');
				const result = wrapped(text, 20);
				t.is(result.replaceAll('\n', ' '), text);
				t.true(result.split('\n').every(each => each.length < 20));
			},
		),
	);
});

const patch = hasProgram('patch') ? test : test.skip;
patch(
	`patch(1) makes of a diff what it was made of${hasProgram('patch') ? '' : ' (no patch here)'}`,
	t => {
		const dir = mkdtempSync(join(tmpdir(), 'sccache-diff-test-'));
		t.teardown(() => rmSync(dir, {recursive: true}));
		const text = fc
			.tuple(
				fc.array(fc.constantFrom('a', 'b', 'c', '', 'd e', '-x', '+y'), {maxLength: 14}),
				fc.boolean(),
			)
			.map(([lines, whole]) => lines.join('\n') + (whole && lines.length > 0 ? '\n' : ''));
		const file = join(dir, 'file');
		fc.assert(
			fc.property(text, text, (before, after) => {
				const diff = unifiedDiff('file', before, after);
				if (before === after) t.is(diff, '');
				if (before === after) return;
				writeFileSync(file, before);
				const {status, stdout} = spawnSync('patch', ['--silent', '--no-backup-if-mismatch', file], {
					input: diff,
					encoding: 'utf8',
				});
				t.is(status, 0, stdout + diff);
				// An empty result is a removed file to patch.
				if (after !== '') t.is(readFileSync(file, 'utf8'), after);
			}),
			{numRuns: 150},
		);
	},
);
