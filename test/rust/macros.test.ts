import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {type Counted, Farm, settle} from '../e2e/farm.js';
import {noRust, plainRustc, rustc} from './rust-farm.js';

/** What a procedural macro does behind rustc's back: only one that computes from its input alone is taken from the cache as it is. */

const run = noRust === '' ? test.serial : test.skip;

let farm: Farm;
test.before(async () => {
	if (noRust === '') farm = await Farm.start();
});
test.after.always(() => farm?.close());

const common = ['--edition=2021', '--error-format=json'];
const mark = '0123456789abcdef';

function makeMacro(folder: string, expression: string, options: readonly string[]): void {
	farm.write(
		`${folder}/mac.rs`,
		`use proc_macro::TokenStream;\n#[proc_macro]\npub fn text(_: TokenStream) -> TokenStream {\n\tlet text: String = ${expression};\n\tformat!("{text:?}").parse().unwrap()\n}\n`,
	);
	settle();
	mkdirSync(join(farm.work, folder, 'deps'), {recursive: true});
	const made = plainRustc(
		farm,
		[
			...[...common, '--crate-name=mac', '--crate-type=proc-macro', '--extern=proc_macro'],
			...['--out-dir=deps', `-Cextra-filename=-${mark}`, '-Cmetadata=m', ...options, 'mac.rs'],
		],
		{cwd: join(farm.work, folder)},
	);
	if (made.code !== 0) throw new Error(made.stderr);
}

/** A crate that hands the macro on, and one that uses it through that. */
function makeFacade(folder: string): readonly string[] {
	farm.write(`${folder}/facade.rs`, 'pub use mac::text;\n');
	settle();
	const made = plainRustc(
		farm,
		[
			...[
				...common,
				'--crate-name=facade',
				'--crate-type=lib',
				'--out-dir=deps',
				'-Ldependency=deps',
			],
			...[`--extern=mac=deps/libmac-${mark}.so`, 'facade.rs'],
		],
		{cwd: join(farm.work, folder)},
	);
	if (made.code !== 0) throw new Error(made.stderr);
	return ['--extern=facade=deps/libfacade.rlib', 'user.rs'];
}

async function use(
	folder: string,
	args: readonly string[],
	env: Record<string, string> = {},
): Promise<{counted: Counted; object: Buffer}> {
	const cwd = join(farm.work, folder);
	rmSync(join(cwd, 'out'), {recursive: true, force: true});
	mkdirSync(join(cwd, 'out'));
	const counted = await farm.during(() => {
		const ran = rustc(
			farm,
			[
				...[
					...common,
					'--crate-name=user',
					'--crate-type=lib',
					'--out-dir=out',
					'-Ldependency=deps',
				],
				...['--emit=dep-info,link', ...args],
			],
			{cwd, env},
		);
		if (ran.code !== 0) throw new Error(ran.stderr);
	});
	return {counted, object: farm.read(`${folder}/out/libuser.rlib`)};
}

const direct = [`--extern=mac=deps/libmac-${mark}.so`, 'direct.rs'];
const ways: Record<string, (folder: string) => readonly string[]> = {
	'used directly': () => direct,
	'handed on by a crate': makeFacade,
};

const readers: Record<string, string> = {
	'reads a file': 'std::fs::read_to_string("data.txt").unwrap_or_default()',
	'lists a folder': 'std::fs::read_dir(".").map(|all| all.count().to_string()).unwrap_or_default()',
	'opens a file':
		'{ use std::io::Read; let mut s = String::new(); std::fs::File::open("data.txt").map(|mut f| f.read_to_string(&mut s)).ok(); s }',
	'asks whether a file is there': 'std::path::Path::new("data.txt").exists().to_string()',
	'runs a program':
		'String::from_utf8(std::process::Command::new("ls").output().unwrap().stdout).unwrap()',
	'reads all variables': 'std::env::vars().map(|(name, _)| name).collect()',
	'asks where it is': 'std::env::args().next().unwrap_or_default()',
};

for (const [way, argsFor] of Object.entries(ways)) {
	for (const options of [['-Copt-level=0'], ['-Copt-level=3', '-Cprefer-dynamic']]) {
		const name = `${way}-${options[0]}`.replaceAll(/\W+/g, '-');
		for (const [what, expression] of Object.entries(readers)) {
			// Optimized, nothing is left of that but what every panic brings in too. cargo does not optimize macros.
			if (what === 'asks whether a file is there' && options.length > 1) continue;
			run(
				`a macro that ${what} keeps a crate out of the cache: ${way}, ${options[0]}${noRust}`,
				async t => {
					const folder = `${name}-${what.replaceAll(' ', '-')}`;
					farm.write(`${folder}/direct.rs`, 'pub const T: &str = mac::text!();\n');
					farm.write(`${folder}/user.rs`, 'pub const T: &str = facade::text!();\n');
					farm.write(`${folder}/data.txt`, 'one');
					makeMacro(folder, expression, options);
					const args = argsFor(folder);
					for (let pass = 0; pass < 2; pass++) {
						const {counted} = await use(folder, args);
						t.deepEqual(counted.reasons, {'a macro reads files, or may': 1});
					}
				},
			);
		}

		run(
			`a macro that asks for a variable is asked again when it changes: ${way}, ${options[0]}${noRust}`,
			async t => {
				const folder = `${name}-variable`;
				farm.write(`${folder}/direct.rs`, 'pub const T: &str = mac::text!();\n');
				farm.write(`${folder}/user.rs`, 'pub const T: &str = facade::text!();\n');
				makeMacro(folder, 'std::env::var("LOG_LEVEL_X").unwrap_or_default()', options);
				const args = argsFor(folder);
				for (const [value, hits] of [
					['first-value', 0],
					['first-value', 1],
					['second-value', 0],
					['first-value', 1],
				] as const) {
					const {counted, object} = await use(folder, args, {
						LOG_LEVEL_X: value,
						OTHER_X: `${Math.random()}`,
					});
					t.is(counted.directHits, hits, JSON.stringify(counted));
					t.true(object.includes(value));
				}
			},
		);

		run(
			`a macro that only computes is cached, and a change of it noticed: ${way}, ${options[0]}${noRust}`,
			async t => {
				const folder = `${name}-pure`;
				farm.write(`${folder}/direct.rs`, 'pub const T: &str = mac::text!();\n');
				farm.write(`${folder}/user.rs`, 'pub const T: &str = facade::text!();\n');
				makeMacro(folder, 'format!("first{}", "-text")', options);
				const args = argsFor(folder);
				t.is((await use(folder, args)).counted.misses, 1);
				t.is((await use(folder, args)).counted.directHits, 1);
				makeMacro(folder, 'format!("second{}", "-text")', options);
				argsFor(folder);
				const {counted, object} = await use(folder, args);
				t.is(counted.misses, 1);
				t.true(object.includes('second-text'));
			},
		);
	}
}

run(`a shared object that lies beside the crates is no macro${noRust}`, async t => {
	farm.write('beside/direct.rs', 'pub const T: &str = mac::text!();\n');
	makeMacro('beside', 'String::new()', []);
	farm.write('beside/object.c', '#include <stdio.h>\nint f(void) { return remove("x"); }\n');
	const cwd = join(farm.work, 'beside');
	t.is((await use('beside', direct)).counted.misses, 1);
	farm.plain('gcc', ['-shared', '-fPIC', '-s', '-o', 'deps/libobject.so', 'object.c'], {cwd});
	settle();
	t.is((await use('beside', direct)).counted.directHits, 1);
});

run(`a macro without symbols may do anything${noRust}`, async t => {
	farm.write('stripped/direct.rs', 'pub const T: &str = mac::text!();\n');
	makeMacro('stripped', 'String::new()', ['-Cstrip=symbols']);
	const {counted} = await use('stripped', direct);
	t.deepEqual(counted.reasons, {'a macro reads files, or may': 1});
});
