import {existsSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {until} from '../helpers/until.js';
import {
	type Distributing,
	startDistributing,
	unableToDistribute,
	untilDistributing,
} from './distributing.js';
import {type Farm, settle} from './farm.js';

/**
 * After the first compile that searches in one way, the files of the others are foreseen from their text. Whatever these texts say, a server
 * makes what this machine would.
 */

const unable = unableToDistribute();
const because = unable === undefined ? '' : ` (${unable})`;
const compilers = ['gcc', ...(existsSync('/usr/bin/clang') ? ['clang'] : [])];

let distributing: Distributing;
test.before(async () => {
	if (unable !== undefined) return;
	distributing = await startDistributing();
	const {farm} = distributing;
	await farm.stopDaemon();
	await farm.startDaemon({SCCACHE_LOG: 'debug'});
	for (const compiler of compilers) await untilDistributing(distributing.farm, compiler);
});
test.after.always(() => distributing?.close());

interface Step {
	/** Written before the compile, by their names. */
	readonly files: Readonly<Record<string, string>>;
	/** Removed before. */
	readonly gone?: readonly string[];
	readonly args?: readonly string[];
	/** A server is not asked, or does not do it. */
	readonly stays?: true;
	/** Its text does not say which files it reads. */
	readonly unforeseen?: true;
}

interface Story {
	readonly name: string;
	readonly args: readonly string[];
	/** Compiles of main.c, under another name each, one after another. */
	readonly steps: readonly Step[];
}

const main = (text: string) => ({'main.c': text});

/** So many that it is learned which folders stand for their absence elsewhere. */
const many = Array.from({length: 40}, (_, n) => n);
const header = (n: number, value: number) => `#define H${n} ${value}\n`;
const includesAll = (edit: number) =>
	main(
		`${many.map(n => `#include <h${n}.h>\n`).join('')}int v = ${edit} + ${many.map(n => `H${n}`).join(' + ')};\n`,
	);

const stories: readonly Story[] = [
	{
		name: 'a condition goes the other way',
		args: [],
		steps: [
			{
				files: {
					'a.h': '#define VALUE 1\n',
					'b.h': '#include "c.h"\n',
					'c.h': '#define VALUE 2\n',
					...main('#ifdef B\n#include "b.h"\n#else\n#include "a.h"\n#endif\nint v = VALUE;\n'),
				},
			},
			{files: {}, args: ['-DB']},
			{files: {'c.h': '#define VALUE 3\n'}, args: ['-DB']},
			{files: {'b.h': '#define VALUE 4\n'}, args: ['-DB']},
		],
	},
	{
		name: 'a header that was asked for appears',
		args: ['-Iinc'],
		steps: [
			{
				files: {
					'inc/other.h': '',
					...main(
						'#if __has_include(<maybe.h>)\n#include <maybe.h>\n#else\n#define VALUE 1\n#endif\nint v = VALUE;\n',
					),
				},
			},
			// The first that can be foreseen.
			{
				files: main('#if __has_include(<maybe.h>)\nint v = 1;\n#else\nint v = 2;\n#endif\n'),
				unforeseen: true,
			},
			{files: {'inc/maybe.h': '#define VALUE 7\n'}},
		],
	},
	{
		name: 'headers of one name, and the next one of them',
		args: ['-Ifirst', '-Isecond'],
		steps: [
			{
				files: {
					'second/x.h': '#define SECOND 2\n',
					'first/only.h': '#define ONLY 1\n',
					...main('#include <only.h>\n#include <x.h>\nint v = SECOND + ONLY;\n'),
				},
			},
			{files: {'first/x.h': '#include_next <x.h>\n#define FIRST 1\n'}},
			{files: main('#include <only.h>\n#include <x.h>\nint v = SECOND + ONLY + FIRST;\n')},
			{files: {'x.h': '#define SECOND 20\n#define FIRST 10\n'}},
			{files: main('#include <only.h>\n#include "x.h"\nint v = SECOND + ONLY + FIRST;\n')},
		],
	},
	{
		name: 'a macro names the header',
		args: [],
		steps: [
			{files: {'one.h': '#define VALUE 1\n', ...main('#include "one.h"\nint v = VALUE;\n')}},
			{
				files: {
					'two.h': '#define VALUE 2\n',
					...main('#define WHICH "two.h"\n#include WHICH\nint v = VALUE;\n'),
				},
				unforeseen: true,
			},
			{files: {'two.h': '#define VALUE 3\n'}, unforeseen: true},
		],
	},
	{
		name: 'includes in comments, in strings and in what is left out',
		args: [],
		steps: [
			{files: main('int v = 1;\n')},
			{
				files: {
					'there.h': '#error not meant\n',
					...main(
						'/*\n#include "there.h"\n#include\'s\n*/\n#if 0\n#include "nowhere.h"\n#include "there.h"\n#endif\nconst char *s = "\\\n#include \\"there.h\\"";\nint v = 2;\n',
					),
				},
				unforeseen: true,
			},
		],
	},
	{
		name: 'many headers, and others of their names appear before them and go again',
		args: ['-Ifirst', '-Inotthere/deep', '-Ilast'],
		steps: [
			{
				files: {
					'first/unrelated.h': '',
					...Object.fromEntries(many.map(n => [`last/h${n}.h`, header(n, n)])),
					...includesAll(0),
				},
			},
			...[1, 2, 3, 4].map(edit => ({files: includesAll(edit)})),
			{files: {'first/h7.h': header(7, 700), ...includesAll(5)}},
			{files: {'last/h8.h': header(8, 800), ...includesAll(6)}},
			{files: includesAll(7), gone: ['first/h7.h']},
			{files: {'notthere/deep/h9.h': header(9, 900), ...includesAll(8)}},
			{files: includesAll(9), gone: ['notthere']},
			{files: includesAll(10)},
		],
	},
	{
		name: 'a header is not there',
		args: [],
		steps: [
			{files: {'a.h': '', ...main('#include "a.h"\nint v = 1;\n')}},
			{files: main('#include "a.h"\n#include "nowhere.h"\nint v = 2;\n'), stays: true},
			{files: {'nowhere.h': '#define V 3\n'}},
		],
	},
];

/** What the log says of the compile after so many characters of it. */
async function foretold(farm: Farm, before: number): Promise<string> {
	let line: string | undefined;
	await until(() => {
		const said = farm.daemonSaid.slice(before).split('\n').slice(0, -1);
		line = said.find(text => text.includes('a compile could go away'));
		return line !== undefined;
	});
	return line ?? '';
}

for (const compiler of compilers) {
	for (const {name, args, steps} of stories) {
		const check = unable === undefined ? test.serial : test.skip;
		check(`${compiler}: ${name}${because}`, async t => {
			const {farm} = distributing;
			const folder = `${compiler}-${name.replaceAll(/\W+/g, '-')}`;
			const cwd = join(farm.work, folder);
			for (const [index, step] of steps.entries()) {
				for (const path of step.gone ?? []) rmSync(join(cwd, path), {recursive: true});
				for (const [file, text] of Object.entries(step.files)) farm.write(join(folder, file), text);
				// One that was compiled before, by its name or text, goes through the preprocessor.
				const source = `main-${index}.c`;
				const text = farm.read(join(folder, 'main.c')).toString();
				farm.write(join(folder, source), `${text}// ${index}\n`);
				settle();
				const argv = ['-g', '-c', source, '-o', 'main.o', ...args, ...(step.args ?? [])];
				const expected = farm.plain(compiler, argv, {cwd});
				const object = expected.code === 0 ? farm.read(`${folder}/main.o`) : undefined;
				const before = farm.daemonSaid.length;
				const counted = await farm.during(() => {
					const env = {SCCACHE_RECACHE: '1'};
					t.deepEqual(farm.run(compiler, argv, {cwd, env}), expected, `step ${index}`);
				});
				if (object !== undefined)
					t.deepEqual(farm.read(`${folder}/main.o`), object, `step ${index}`);
				t.is(
					counted.away,
					step.stays === true ? 0 : 1,
					`step ${index}: ${JSON.stringify(counted)}`,
				);
				if (index > 0 && step.stays !== true && step.unforeseen !== true) {
					t.regex(await foretold(farm, before), / foreseen=true/, `step ${index}`);
				}
			}
		});
	}
}
