import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {Farm, settle} from '../e2e/farm.js';
import {noRust, plainRustc, rustc} from './rust-farm.js';

/** The same crate below two folders, which --remap-path-prefix takes out of the outputs, or tries to. */

const run = noRust === '' ? test.serial : test.skip;

let farm: Farm;
test.before(async () => {
	if (noRust === '') farm = await Farm.start();
});
test.after.always(() => farm?.close());

interface Case {
	readonly title: string;
	readonly source: string;
	readonly args?: (root: string) => readonly string[];
	readonly env?: (root: string) => Readonly<Record<string, string>>;
	/** How often the second folder's compile is answered by the first's. */
	readonly hits: 0 | 1;
}

const plainSource =
	'mod part;\npub fn f(v: &[u8]) -> u8 { let unused = 1; v[part::N] }\npub fn g() -> ! { panic!("no") }\n';
const remapped = (root: string) => [`--remap-path-prefix=${root}=/src`];

const cases: readonly Case[] = [
	{title: 'a crate that is remapped', source: plainSource, args: remapped, hits: 1},
	{
		title: 'a crate that is remapped, with debug information',
		source: plainSource,
		args: root => [...remapped(root), '-Cdebuginfo=2', '-Copt-level=1'],
		hits: 1,
	},
	{title: 'a crate that is not remapped', source: plainSource, hits: 0},
	{
		title: 'a crate that names its folder by env!',
		source: `${plainSource}pub const D: &str = env!("CARGO_MANIFEST_DIR");\n`,
		args: remapped,
		env: root => ({CARGO_MANIFEST_DIR: root}),
		hits: 0,
	},
	{
		title: 'a crate that computes with its folder by env!',
		source: `${plainSource}pub const N: usize = env!("CARGO_MANIFEST_DIR").len();\n`,
		args: remapped,
		env: root => ({CARGO_MANIFEST_DIR: root}),
		hits: 0,
	},
	{
		title: 'a crate whose folder is told to it, but not asked for',
		source: plainSource,
		args: remapped,
		env: root => ({CARGO_MANIFEST_DIR: root}),
		hits: 1,
	},
	{
		title: 'a crate whose folder is given as a --cfg',
		source: plainSource,
		args: root => [...remapped(root), '--cfg', `folder="${root}/x"`],
		hits: 0,
	},
	{
		title: 'a crate whose code remaps for diagnostics only',
		source: plainSource,
		args: root => [...remapped(root), '--remap-path-scope=diagnostics', '-Zunstable-options'],
		env: () => ({RUSTC_BOOTSTRAP: '1'}),
		hits: 0,
	},
];

const json = ['--error-format=json', '--json=diagnostic-rendered-ansi,artifacts'];

for (const [index, {title, source, args, env, hits}] of cases.entries()) {
	run(`${title} ${hits === 1 ? 'hits' : 'misses'} below another folder${noRust}`, async t => {
		for (const [place, folder] of ['one', 'another-place'].entries()) {
			const name = `case-${index}/${folder}`;
			farm.write(`${name}/src/lib.rs`, source);
			farm.write(`${name}/src/part.rs`, 'pub const N: usize = 1;\n');
			settle();
			const root = join(farm.work, name);
			const all = [
				...['--crate-name=one', '--edition=2021', '--crate-type=lib', `${root}/src/lib.rs`],
				...['--emit=dep-info,metadata,link', '-Cmetadata=m', `--out-dir=${root}/out`, ...json],
				...(args?.(root) ?? []),
			];
			const options = {cwd: root, env: env?.(root) ?? {}};
			const outputs = () =>
				['one.d', 'libone.rmeta', 'libone.rlib'].map(file =>
					farm.read(`${name}/out/${file}`).toString('latin1'),
				);
			const fresh = () => {
				rmSync(join(root, 'out'), {recursive: true, force: true});
				mkdirSync(join(root, 'out'));
			};
			fresh();
			const plain = plainRustc(farm, all, options);
			t.is(plain.code, 0, plain.stderr);
			const expected = outputs();
			for (let pass = 0; pass < 2; pass++) {
				fresh();
				const counted = await farm.during(() => {
					t.deepEqual(rustc(farm, all, options), plain);
				});
				for (const [at, text] of outputs().entries()) t.true(text === expected[at], `${at}`);
				const before = pass === 1 ? 1 : place === 1 ? hits : 0;
				t.is(counted.directHits, before, JSON.stringify(counted));
			}
		}
	});
}
