import {createHash} from 'node:crypto';
import test from 'ava';
import {packHints, resultHint, unpackHints} from '../../src/protocol/dist/job-digest.js';
import type {CompileCommand} from '../../src/protocol/dist/messages.js';
import {contentMarks} from '../../src/results/content-marks.js';
import {hintIn, type KeyedFile, type KeyedJob, resultKey} from '../../src/results/result-key.js';

const file = (path: string, text: string, mtimeS = 1e9): KeyedFile => {
	const bytes = Buffer.from(text);
	return {
		...{path, mode: 0o644, mtimeS, marks: contentMarks(bytes)},
		digest: createHash('sha256').update(bytes).digest('hex'),
	};
};

const header = file('/work/a.h', '#pragma once\n');
const source = file('/work/a.c', '#include "a.h"\n');
const command: CompileCommand = {
	executable: '/usr/bin/gcc',
	arguments: ['-c', 'a.c', '-o', 'a.o'],
	envVars: [['LC_ALL', 'C']],
	cwd: '/work',
};
const job: KeyedJob = {
	toolchain: 'a'.repeat(64),
	request: {command, outputs: ['a.o']},
	files: [header, source],
	folders: ['/work', '/usr/include'],
	environment: [['PATH', '/usr/bin']],
};
const key = (change: Partial<KeyedJob> = {}) => resultKey({...job, ...change});
const withCommand = (change: Partial<CompileCommand>) =>
	key({request: {...job.request, command: {...command, ...change}}});

test('each thing that a result depends on is in its key', t => {
	const keys = [
		key(),
		key({toolchain: 'b'.repeat(64)}),
		key({files: [header]}),
		key({files: [header, file('/work/a.c', '#include <a.h>\n')]}),
		key({files: [header, {...source, path: '/work/b.c'}]}),
		key({files: [header, {...source, mode: 0o755}]}),
		key({folders: ['/work']}),
		key({environment: [['PATH', '/bin']]}),
		key({request: {...job.request, outputs: ['a.o', 'a.d']}}),
		withCommand({executable: '/usr/bin/g++'}),
		withCommand({arguments: ['-c', 'a.c -o', 'a.o']}),
		withCommand({arguments: [...command.arguments, '-O2']}),
		withCommand({envVars: [['LC_ALL', 'de_DE']]}),
		withCommand({cwd: '/other'}),
	];
	t.false(keys.includes(undefined));
	t.is(new Set(keys).size, keys.length);
});

test('the order in which inputs come is not', t => {
	t.is(key({files: [source, header], folders: ['/usr/include', '/work', '/work']}), key());
});

test('times are in the key only where a compile sees them', t => {
	const later = {...source, mtimeS: 2e9};
	t.is(key({files: [header, later]}), key());
	const stamp = file('/work/a.c', 'char *t = __TIMESTAMP__;\n');
	t.not(key({files: [header, {...stamp, mtimeS: 2e9}]}), key({files: [header, stamp]}));
	t.not(
		resultKey({...job, files: [header, later, file('/work/a.gch', '')]}),
		resultKey({...job, files: [header, source, file('/work/a.gch', '')]}),
	);
	const define = {...command, arguments: ['-DT=__TIMESTAMP__', 'a.c']};
	const request = {...job.request, command: define};
	t.not(key({request, files: [header, later]}), key({request}));
});

test('GCC takes files with one content and one time for one file', t => {
	const twin = (mtimeS: number) => ({...header, path: '/work/sub/a.h', mtimeS});
	const same = key({files: [header, source, twin(1e9)]});
	t.not(key({files: [header, source, twin(2e9)]}), same);
	t.is(key({files: [{...header, mtimeS: 2e9}, source, twin(2e9)]}), same);
});

test('a job that sees the time of day, the CPU, or two files at one path has none', t => {
	t.is(key({files: [header, file('/work/a.c', 'char *d = __DATE__;')]}), undefined);
	t.is(key({files: [header, file('/work/a.c', 'char *d = __TIME__;')]}), undefined);
	t.is(key({files: [header, source, file('/work/a.c', 'int x;')]}), undefined);
	for (const argument of ['-DNOW=__TIME__', '-march=native', '-Wa,-alghs=a.lst', '-Wa,-ag']) {
		t.is(withCommand({arguments: [argument, 'a.c']}), undefined, argument);
	}
	for (const argument of ['-ansi', '-march=x86-64-v3', '-Wa,--noexecstack']) {
		t.truthy(withCommand({arguments: [argument, 'a.c']}), argument);
	}
});

test('a key begins with the hint that the client can know', t => {
	t.regex(key() ?? '', /^[0-9a-f]{16}-[0-9a-f]{64}$/);
	t.is(hintIn(key({environment: []}) ?? ''), hintIn(key() ?? ''));
	const hints = [resultHint(Buffer.alloc(32, 1)), hintIn(key() ?? '')];
	t.deepEqual(unpackHints(packHints(hints)), hints);
	t.deepEqual(unpackHints('AAAA'), []);
});
