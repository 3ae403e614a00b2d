import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Farm, settle} from '../e2e/farm.js';
import {filesBelow, noRust, plainRustc, rustc} from './rust-farm.js';

/**
 * Whatever a crate's result depends on: after each change the cache gives what rustc gives, and the change undone, it gives the first
 * result again.
 */

const run = noRust === '' ? test.serial : test.skip;

let farm: Farm;
test.before(async () => {
	if (noRust === '') farm = await Farm.start();
});
test.after.always(() => farm?.close());

const common = ['--edition=2021', '--out-dir=out', '--error-format=json', '--json=artifacts'];

interface Variant {
	readonly files?: Readonly<Record<string, string>>;
	readonly gone?: readonly string[];
	readonly args?: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	/** Compiled plainly before. */
	readonly first?: readonly (readonly string[])[];
	/** The result is that of the variant before. */
	readonly same?: true;
}

/** Each variant is built on the ones before. Results of neighbours differ, so that a stale one can't pass. */
async function follow(
	t: ExecutionContext,
	folder: string,
	args: readonly string[],
	variants: readonly Variant[],
): Promise<void> {
	const cwd = join(farm.work, folder);
	let before: ReturnType<typeof state> | undefined;
	for (const [index, variant] of variants.entries()) {
		for (const [name, text] of Object.entries(variant.files ?? {})) {
			farm.write(join(folder, name), text);
		}
		for (const name of variant.gone ?? []) rmSync(join(cwd, name));
		settle();
		for (const one of variant.first ?? []) {
			mkdirSync(join(cwd, 'deps'), {recursive: true});
			const done = plainRustc(farm, one, {cwd});
			t.is(done.code, 0, done.stderr);
		}
		const all = [...common, ...args, ...(variant.args ?? [])];
		const options = {cwd, env: variant.env ?? {}};
		fresh(cwd);
		const plain = plainRustc(farm, all, options);
		const expected = state(folder, plain);
		for (let pass = 0; pass < 2; pass++) {
			fresh(cwd);
			t.deepEqual(state(folder, rustc(farm, all, options)), expected, `variant ${index}`);
		}
		if (before !== undefined && variant.same === undefined) {
			t.notDeepEqual(expected, before, `variant ${index} is no change`);
		}
		before = expected;
	}
}

function fresh(cwd: string): void {
	rmSync(join(cwd, 'out'), {recursive: true, force: true});
	mkdirSync(join(cwd, 'out'), {recursive: true});
}

function state(folder: string, ran: {code: number | null; stdout: string; stderr: string}) {
	const files = [...filesBelow(farm, `${folder}/out`)].map(
		([name, bytes]) => [name, bytes.toString('latin1')] as const,
	);
	return {code: ran.code, stdout: ran.stdout, stderr: ran.stderr, files};
}

const lib = ['--crate-name=one', '--crate-type=lib', '--emit=dep-info,metadata,link', 'lib.rs'];

run(`sources, modules and what they include${noRust}`, t =>
	follow(t, 'sources', lib, [
		{
			files: {
				'lib.rs':
					'mod a;\npub const B: &[u8] = include_bytes!("b.bin");\npub fn f() -> u32 { a::f() }\n',
				'a.rs': 'pub fn f() -> u32 { 1 }\n',
				'b.bin': 'one',
			},
		},
		{files: {'a.rs': 'pub fn f() -> u32 { 2 }\n'}},
		{files: {'b.bin': 'two'}},
		{files: {'a.rs': 'pub fn f() -> u32 { 1 }\n', 'b.bin': 'one'}},
		{files: {'a/mod.rs': 'pub fn f() -> u32 { 3 }\n'}},
		{gone: ['a.rs']},
	]),
);

run(`variables that the source asks for${noRust}`, t =>
	follow(t, 'variables', lib, [
		{
			files: {
				'lib.rs':
					'pub const A: Option<&str> = option_env!("MOOD");\npub const B: &str = env!("PLACE");\n',
			},
			env: {PLACE: 'here'},
		},
		{env: {PLACE: 'here', MOOD: ''}},
		{env: {PLACE: 'here', MOOD: 'good\nnew line \\ and é'}},
		{env: {PLACE: 'there', MOOD: 'good'}},
		{env: {PLACE: 'here'}},
	]),
);

run(
	`variables whose names say that they are secret are not told, and such a crate is not cached${noRust}`,
	async t => {
		farm.write('secret/lib.rs', 'pub const A: Option<&str> = option_env!("MY_TOKEN");\n');
		settle();
		const cwd = join(farm.work, 'secret');
		for (const value of ['one', 'two']) {
			fresh(cwd);
			const counted = await farm.during(() => {
				t.is(rustc(farm, [...common, ...lib], {cwd, env: {MY_TOKEN: value}}).code, 0);
			});
			t.deepEqual(counted.reasons, {'a variable was read that is not told': 1});
			t.true(farm.read('secret/out/libone.rlib').includes(value));
		}
	},
);

run(`options, features and the crate's names${noRust}`, t =>
	follow(t, 'options', lib, [
		{
			files: {
				'lib.rs':
					'#[cfg(feature = "x")] pub fn x() -> u8 { 1 }\n#[cfg(not(feature = "x"))] pub fn y() {}\npub fn z(a: u32) -> u32 { a + 1 }\n',
			},
		},
		{args: ['--cfg', 'feature="x"']},
		{args: ['-Copt-level=2']},
		{args: ['-C', 'debuginfo=2']},
		{args: ['-Cmetadata=abc']},
		{args: ['-Cextra-filename=-abc']},
		{args: ['-Cpanic=abort']},
		{args: ['-Ctarget-cpu=native', '-Copt-level=3']},
		{args: ['-Dwarnings', '--cap-lints=warn', '-Wmissing-docs']},
		{},
	]),
);

run(`crates that are used, and those behind them${noRust}`, t => {
	const low = [
		'--edition=2021',
		'--crate-name=low',
		'--crate-type=lib',
		'--out-dir=deps',
		'low.rs',
	];
	const mid = [
		...['--edition=2021', '--crate-name=mid', '--crate-type=lib', '--out-dir=deps', 'mid.rs'],
		...['-Ldependency=deps', '--extern=low=deps/liblow.rlib'],
	];
	return follow(
		t,
		'externs',
		[...lib, '-Ldependency=deps', '--extern', 'mid=deps/libmid.rlib'],
		[
			{
				files: {
					'lib.rs': 'pub fn f() -> u32 { mid::f() }\n',
					'mid.rs': '#[inline(always)]\npub fn f() -> u32 { low::f() }\n',
					'low.rs': '#[inline(always)]\npub fn f() -> u32 { 1 }\n',
				},
				first: [low, mid],
			},
			{files: {'low.rs': '#[inline(always)]\npub fn f() -> u32 { 2 }\n'}, first: [low, mid]},
			{
				files: {'mid.rs': '#[inline(always)]\npub fn f() -> u32 { low::f() + 7 }\n'},
				first: [low, mid],
			},
			{
				args: ['--extern', 'priv:low=deps/liblow.rlib', '-Zunstable-options'],
				env: {RUSTC_BOOTSTRAP: '1'},
			},
		],
	);
});

run(`static libraries, by the order of the folders in which they are looked for${noRust}`, t => {
	const make = (folder: string, value: number) => {
		farm.write(`static/${folder}/three.c`, `int three(void) { return ${value}; }\n`);
		const cwd = join(farm.work, 'static', folder);
		farm.plain('gcc', ['-c', 'three.c'], {cwd});
		farm.run('/usr/bin/ar', ['crsD', 'libthree.a', 'three.o'], {cwd});
	};
	make('far', 3);
	mkdirSync(join(farm.work, 'static/near'), {recursive: true});
	const args = [...lib, '-Lnative=near', '-Lnative=far', '-lstatic=three'];
	const files = {
		'lib.rs': 'extern "C" { fn three() -> i32; }\npub fn f() -> i32 { unsafe { three() } }\n',
	};
	return follow(t, 'static', args, [{files}]).then(async () => {
		make('far', 5);
		await follow(t, 'static', args, [{}]);
		make('near', 9);
		await follow(t, 'static', args, [{}]);
		t.true(
			farm.read('static/out/libone.rlib').includes(farm.read('static/near/three.o')),
			'the nearer library is in it',
		);
	});
});

run(`a static library that only the source names is not cached${noRust}`, async t => {
	farm.write(
		'attribute/lib.rs',
		'#[link(name = "three", kind = "static")]\nextern "C" { fn three() -> i32; }\npub fn f() -> i32 { unsafe { three() } }\n',
	);
	farm.write('attribute/three.c', 'int three(void) { return 3; }\n');
	const cwd = join(farm.work, 'attribute');
	farm.plain('gcc', ['-c', 'three.c'], {cwd});
	farm.run('/usr/bin/ar', ['crs', 'libthree.a', 'three.o'], {cwd});
	settle();
	fresh(cwd);
	const counted = await farm.during(() => {
		t.is(rustc(farm, [...common, ...lib, '-Lnative=.'], {cwd}).code, 0);
	});
	t.deepEqual(counted.reasons, {'a source names a static library': 1});
});

run(`what is linked into a shared object, and what would be found before it${noRust}`, async t => {
	const make = (folder: string, value: number) => {
		farm.write(`shared/${folder}/three.c`, `int three(void) { return ${value}; }\n`);
		const cwd = join(farm.work, 'shared', folder);
		farm.plain('gcc', ['-fPIC', '-c', 'three.c'], {cwd});
		farm.run('/usr/bin/ar', ['crsD', 'libthree.a', 'three.o'], {cwd});
	};
	mkdirSync(join(farm.work, 'shared/near'), {recursive: true});
	make('far', 3);
	const args = [
		...['--crate-name=one', '--crate-type=cdylib', '--emit=dep-info,link', 'lib.rs'],
		...['-Lnative=near', '-Lnative=far', '-lthree', '-Clink-arg=-Wl,--build-id=none'],
	];
	const files = {
		'lib.rs':
			'extern "C" { fn three() -> i32; }\n#[no_mangle]\npub extern "C" fn f() -> i32 { unsafe { three() } }\n',
	};
	await follow(t, 'shared', args, [{files}]);
	const counted = await farm.during(() => {
		fresh(join(farm.work, 'shared'));
		t.is(rustc(farm, [...common, ...args], {cwd: join(farm.work, 'shared')}).code, 0);
	});
	t.is(counted.directHits, 1, JSON.stringify(counted));
	const first = farm.read('shared/out/libone.so');
	make('far', 5);
	await follow(t, 'shared', args, [{}]);
	const second = farm.read('shared/out/libone.so');
	t.false(second.equals(first));
	make('near', 9);
	await follow(t, 'shared', args, [{}]);
	t.false(farm.read('shared/out/libone.so').equals(second));
});

run(`folders that a linker is told of besides${noRust}`, async t => {
	const make = (folder: string, value: number) => {
		farm.write(`told/${folder}/three.c`, `int three(void) { return ${value}; }\n`);
		const cwd = join(farm.work, 'told', folder);
		farm.plain('gcc', ['-fPIC', '-c', 'three.c'], {cwd});
		farm.run('/usr/bin/ar', ['crsD', 'libthree.a', 'three.o'], {cwd});
	};
	make('far', 3);
	make('near', 9);
	const args = ['--crate-name=one', '--crate-type=cdylib', '--emit=dep-info,link', 'lib.rs'];
	await follow(t, 'told', args, [
		{
			files: {
				'lib.rs':
					'extern "C" { fn three() -> i32; }\n#[no_mangle]\npub extern "C" fn f() -> i32 { unsafe { three() } }\n',
			},
			args: ['-Lnative=far', '-lthree'],
		},
		{args: ['-Lnative=near', '-Lnative=far', '-lthree']},
	]);
});

run(`all crates' code in a static library${noRust}`, t => {
	const low = (options: readonly string[]) => [
		...['--edition=2021', '--crate-name=low', '--crate-type=lib', '--out-dir=deps', 'low.rs'],
		...options,
	];
	return follow(
		t,
		'bundle',
		[
			...['--crate-name=one', '--crate-type=staticlib', '--emit=dep-info,link', 'lib.rs'],
			...['-Ldependency=deps', '--extern=low=deps/liblow.rlib'],
		],
		[
			{
				files: {
					'lib.rs': '#[no_mangle]\npub extern "C" fn f() -> u32 { low::f() }\n',
					'low.rs': '#[inline(never)]\npub fn f() -> u32 { 1 }\n',
				},
				first: [low([])],
			},
			{files: {'low.rs': '#[inline(never)]\npub fn f() -> u32 { 2 }\n'}, first: [low([])]},
		],
	);
});

run(`SCCACHE_RECACHE compiles anew, SCCACHE_NO_CACHE leaves the cache alone${noRust}`, async t => {
	farm.write('recache/lib.rs', 'pub fn f() {}\n');
	settle();
	const cwd = join(farm.work, 'recache');
	const compile = (env: Record<string, string> = {}) =>
		farm.during(() => {
			fresh(cwd);
			t.is(rustc(farm, [...common, ...lib], {cwd, env}).code, 0);
		});
	t.is((await compile()).misses, 1);
	t.is((await compile({SCCACHE_RECACHE: '1'})).misses, 1);
	t.deepEqual((await compile({SCCACHE_NO_CACHE: '1'})).reasons, {SCCACHE_NO_CACHE: 1});
	t.is((await compile()).directHits, 1);
});
