import {linkSync, mkdirSync, rmSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Farm, program, realPath, settle} from '../e2e/farm.js';
import {filesBelow, noRust, plainRustc, rustc} from './rust-farm.js';

const run = noRust === '' ? test.serial : test.skip;

let farm: Farm;
test.before(async () => {
	if (noRust === '') farm = await Farm.start();
});
test.after.always(() => farm?.close());

const source = `//! A crate.
mod part;
#[no_mangle]
pub extern "C" fn answer() -> i32 {
	let unused = 1;
	part::shown(41).len() as i32
}
pub fn generic<T: Clone>(value: &T) -> T { value.clone() }
`;

function write(folder: string, root = source): void {
	farm.write(`${folder}/src/lib.rs`, root);
	farm.write(
		`${folder}/src/part.rs`,
		'pub fn shown<T: std::fmt::Debug>(value: T) -> String { format!("{value:?}") }\n',
	);
	settle();
}

const json = ['--error-format=json', '--json=diagnostic-rendered-ansi,artifacts,future-incompat'];
const crate = (args: readonly string[]) => [
	'--crate-name=one',
	'--edition=2021',
	...args,
	'-Cmetadata=m',
	'-Cextra-filename=-m',
	'--out-dir=out',
	'src/lib.rs',
];

/** Compiles plainly, then twice through us: the second is a hit, and all three agree. */
async function cachedLikePlain(
	t: ExecutionContext,
	folder: string,
	args: readonly string[],
	env: Record<string, string> = {},
): Promise<void> {
	const cwd = join(farm.work, folder);
	const out = () => {
		rmSync(join(cwd, 'out'), {recursive: true, force: true});
		mkdirSync(join(cwd, 'out'));
	};
	out();
	const plain = plainRustc(farm, args, {cwd, env});
	t.is(plain.code, 0, plain.stderr);
	const expected = filesBelow(farm, `${folder}/out`);
	t.true(expected.size > 0);
	const modes = [...expected.keys()].map(name => farm.mode(`${folder}/out/${name}`));
	for (const {misses, directHits} of [
		{misses: 1, directHits: 0},
		{misses: 0, directHits: 1},
	]) {
		out();
		const counted = await farm.during(() => {
			t.deepEqual(rustc(farm, args, {cwd, env}), plain);
		});
		t.is(counted.misses, misses, JSON.stringify(counted));
		t.is(counted.directHits, directHits, JSON.stringify(counted));
		const files = filesBelow(farm, `${folder}/out`);
		t.deepEqual([...files.keys()], [...expected.keys()]);
		for (const [name, bytes] of expected) t.true(files.get(name)?.equals(bytes), name);
		t.deepEqual(
			[...files.keys()].map(name => farm.mode(`${folder}/out/${name}`)),
			modes,
		);
	}
}

const emits = [
	'dep-info,metadata,link',
	'link',
	'metadata',
	'obj',
	'asm',
	'llvm-ir',
	'llvm-bc',
	'mir',
	'dep-info,obj,asm,llvm-ir,metadata,link',
	'dep-info=out/named.d,link=out/named.rlib',
];
for (const emit of emits) {
	run(`--emit ${emit} comes back as rustc makes it${noRust}`, async t => {
		write('emit');
		const units = emit.includes('link') && !emit.includes('obj') ? [] : ['-Ccodegen-units=1'];
		await cachedLikePlain(
			t,
			'emit',
			crate(['--crate-type=lib', `--emit=${emit}`, '-Cdebuginfo=2', ...units, ...json]),
		);
	});
}

for (const type of [
	'lib',
	'rlib',
	'staticlib',
	'dylib',
	'cdylib',
	'rlib,staticlib',
	'lib,cdylib',
]) {
	run(`a ${type} comes back as rustc makes it${noRust}`, async t => {
		write(`type-${type}`);
		await cachedLikePlain(
			t,
			`type-${type}`,
			crate([`--crate-type=${type}`, '--emit=dep-info,link', '-Copt-level=2', ...json]),
		);
	});
}

run(`a procedural macro comes back as rustc makes it${noRust}`, async t => {
	write(
		'macro',
		'use proc_macro::TokenStream;\n#[proc_macro]\npub fn one(_: TokenStream) -> TokenStream { "1".parse().unwrap() }\n',
	);
	await cachedLikePlain(
		t,
		'macro',
		crate([
			'--crate-type=proc-macro',
			'--emit=dep-info,link',
			'-Cprefer-dynamic',
			'--extern=proc_macro',
			...json,
		]),
	);
});

run(`messages for people come back as they were, colours too${noRust}`, async t => {
	write('human');
	const args = ['--crate-type=lib', '--emit=link'];
	await cachedLikePlain(t, 'human', crate([...args, '--color=always']));
	await cachedLikePlain(t, 'human', crate([...args, '--error-format=short']));
});

run(`arguments in a file mean what they say there${noRust}`, async t => {
	write('argfile');
	const args = crate(['--crate-type=lib', '--emit=dep-info,link', ...json]);
	farm.write('argfile/args', `${args.join('\n')}\n`);
	await cachedLikePlain(t, 'argfile', ['@args']);
	farm.write('argfile/args', `${[...args, '-Copt-level=3'].join('\n')}\n`);
	await cachedLikePlain(t, 'argfile', ['@args']);
});

run(`file names with spaces and other letters are no trouble${noRust}`, async t => {
	write('names/a b é');
	farm.write('names/a b é/src/x y.txt', 'text');
	farm.write(
		'names/a b é/src/part.rs',
		'pub fn shown(_: i32) -> &\'static str { include_str!("x y.txt") }',
	);
	settle();
	await cachedLikePlain(
		t,
		'names/a b é',
		crate(['--crate-type=lib', '--emit=dep-info,metadata,link', ...json]),
	);
});

run(`what is linked elsewhere from a cached output stays as it is${noRust}`, async t => {
	write('linked');
	const cwd = join(farm.work, 'linked');
	const args = crate(['--crate-type=lib', '--emit=link', ...json]);
	mkdirSync(join(cwd, 'out'));
	t.is(rustc(farm, args, {cwd}).code, 0);
	farm.run('/bin/ln', ['out/libone-m.rlib', 'kept.rlib'], {cwd});
	const before = farm.read('linked/kept.rlib');
	farm.write('linked/src/part.rs', 'pub fn shown(_: i32) -> String { String::new() }\n');
	settle();
	t.is(rustc(farm, args, {cwd}).code, 0);
	t.true(farm.read('linked/kept.rlib').equals(before));
	write('linked');
	const counted = await farm.during(() => {
		t.is(rustc(farm, args, {cwd}).code, 0);
	});
	t.is(counted.directHits, 1);
	t.false(farm.read('linked/out/libone-m.rlib') === before);
	t.true(farm.read('linked/kept.rlib').equals(before));
});

const refused: readonly (readonly [args: readonly string[], reason: string])[] = [
	[['--crate-type=lib', '--emit=link', '-Csave-temps'], '-C save-temps'],
	[['--crate-type=lib', '--emit=link', '-Cllvm-args=-time-passes=0'], '-C llvm-args'],
	[['--crate-type=lib', '--emit=link', '-Csplit-debuginfo=unpacked'], '-C split-debuginfo'],
	[['--crate-type=lib', '--emit=link', '-Cincremental=inc'], 'incremental'],
];
for (const [args, reason] of refused) {
	run(`${reason} is not cached and counted under its name${noRust}`, async t => {
		write('refused');
		const cwd = join(farm.work, 'refused');
		mkdirSync(join(cwd, 'out'), {recursive: true});
		const counted = await farm.during(() => {
			t.is(rustc(farm, crate([...args]), {cwd}).code, 0);
		});
		t.deepEqual(counted.reasons, {[reason]: 1});
	});
}

run(`questions and programs pass straight through${noRust}`, async t => {
	write('through');
	farm.write('through/src/main.rs', 'fn main() {}\n');
	settle();
	const cwd = join(farm.work, 'through');
	const counted = await farm.during(() => {
		for (const args of [
			['-vV'],
			['--print=cfg'],
			['--crate-name=p', '--crate-type=bin', 'src/main.rs'],
			['--crate-name=p', '--test', 'src/lib.rs'],
			['src/main.rs'],
		]) {
			const ran = rustc(farm, args, {cwd});
			t.is(ran.code, 0, ran.stderr);
			t.deepEqual(ran.stdout, plainRustc(farm, args, {cwd}).stdout);
		}
	});
	t.is(counted.notCompile, 5, JSON.stringify(counted));
});

run(`an output that can't be written ends in rustc's own words${noRust}`, async t => {
	write('unwritable');
	const cwd = join(farm.work, 'unwritable');
	const args = crate(['--crate-type=lib', '--emit=dep-info,link', ...json]);
	mkdirSync(join(cwd, 'out'));
	t.is(rustc(farm, args, {cwd}).code, 0);
	rmSync(join(cwd, 'out'), {recursive: true});
	const plain = plainRustc(farm, args, {cwd});
	const failing = rustc(farm, args, {cwd});
	t.deepEqual(failing.code, plain.code);
	t.not(failing.code, 0);
});

run(`a slot's rustc is known by its name, as eselect and links lead to it${noRust}`, async t => {
	write('slots');
	const cwd = join(farm.work, 'slots');
	const sysroot = plainRustc(farm, ['--print=sysroot'], {cwd}).stdout.trim();
	mkdirSync(join(cwd, 'slot/bin'), {recursive: true});
	mkdirSync(join(cwd, 'links'));
	const slotted = 'rustc-bin-1.89.0';
	symlinkSync(join(sysroot, 'bin/rustc'), join(cwd, 'slot/bin', slotted));
	linkSync(program, join(cwd, 'links', slotted));
	const PATH = `${join(cwd, 'links')}:${join(cwd, 'slot/bin')}:${realPath}`;
	const args = crate(['--crate-type=lib', '--emit=dep-info,metadata,link', ...json]);
	mkdirSync(join(cwd, 'out'));
	for (const {misses, directHits} of [
		{misses: 1, directHits: 0},
		{misses: 0, directHits: 1},
	]) {
		const counted = await farm.during(() => {
			t.is(farm.run(join(cwd, 'links', slotted), args, {cwd, env: {PATH}}).code, 0);
		});
		t.like(counted, {misses, directHits});
	}
	// Another way to the same compiler makes no other crate.
	const counted = await farm.during(() => {
		t.is(rustc(farm, args, {cwd}, join(sysroot, 'bin/rustc')).code, 0);
	});
	t.is(counted.directHits, 1, JSON.stringify(counted));
});

run(`without a daemon rustc runs as ever${noRust}`, async t => {
	write('alone');
	const cwd = join(farm.work, 'alone');
	mkdirSync(join(cwd, 'out'), {recursive: true});
	const args = crate(['--crate-type=lib', '--emit=dep-info,link', ...json]);
	await farm.stopDaemon();
	try {
		t.deepEqual(rustc(farm, args, {cwd}), plainRustc(farm, args, {cwd}));
	} finally {
		await farm.startDaemon();
	}
});
