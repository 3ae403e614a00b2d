import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {delimiter, join} from 'node:path';
import {type Farm, program, type Ran, type RunOptions, realPath, settle} from '../e2e/farm.js';

/** The folder of the real cargo and rustc, rustup's proxies among them. */
const programs = (process.env.PATH ?? '')
	.split(delimiter)
	.find(folder => existsSync(join(folder, 'cargo')) && existsSync(join(folder, 'rustc')));

/** Before this, options that the tests use are not there, and macros have all of the standard library's symbols. */
const oldestMinor = 80;

/** Why there is nothing to test here. */
export const noRust = programs === undefined ? ' (no cargo and rustc)' : tooOld(programs);

function tooOld(folder: string): string {
	const {stdout} = spawnSync(join(folder, 'rustc'), ['--version'], {encoding: 'utf8'});
	const minor = Number(/^rustc 1\.(\d+)\./.exec(stdout ?? '')?.[1]);
	return minor >= oldestMinor ? '' : ` (no rustc of at least 1.${oldestMinor})`;
}

/** What rustup needs beside HOME, which is the test's own. */
const rustup = {RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), '.rustup')};

/** Compilers and cargo as a user has them, with a cargo home of its own. */
export function rustEnvironment(farm: Farm): Record<string, string> {
	return {
		...rustup,
		CARGO_HOME: join(farm.root, 'cargo'),
		CARGO_INCREMENTAL: '0',
		CARGO_NET_OFFLINE: 'true',
		CARGO_TERM_COLOR: 'never',
		PATH: `${programs}:${realPath}`,
	};
}

/** `sccache rustc ...` */
export function rustc(
	farm: Farm,
	args: readonly string[],
	{env = {}, ...options}: RunOptions = {},
	compiler = 'rustc',
): Ran {
	return farm.run(program, [compiler, ...args], {
		...options,
		env: {...rustEnvironment(farm), ...env},
	});
}

export function plainRustc(
	farm: Farm,
	args: readonly string[],
	{env = {}, ...options}: RunOptions = {},
	compiler = 'rustc',
): Ran {
	return farm.run(join(programs ?? '', compiler), args, {
		...options,
		env: {...rustEnvironment(farm), ...env},
	});
}

export interface CargoRun extends Ran {
	/** It had to be ended: something hangs. */
	readonly hung: boolean;
}

const longestMs = 120_000;

export function cargo(
	farm: Farm,
	args: readonly string[],
	cwd: string,
	env: Readonly<Record<string, string | undefined>> = {},
): CargoRun {
	const {status, signal, stdout, stderr, error} = spawnSync(join(programs ?? '', 'cargo'), args, {
		cwd: join(farm.work, cwd),
		env: farm.environment({...rustEnvironment(farm), ...env}),
		encoding: 'utf8',
		timeout: longestMs,
		killSignal: 'SIGKILL',
		maxBuffer: 256 * 1024 * 1024,
	});
	const hung = error !== undefined && 'code' in error && error.code === 'ETIMEDOUT';
	return {code: status, signal, stdout: stdout ?? '', stderr: stderr ?? '', hung};
}

/** Every file below a folder of the farm's work, by its path there. */
export function filesBelow(farm: Farm, folder: string): Map<string, Buffer> {
	const root = join(farm.work, folder);
	return new Map(
		readdirSync(root, {withFileTypes: true, recursive: true})
			.filter(entry => entry.isFile())
			.map(entry => join(entry.parentPath, entry.name))
			.sort()
			.map(path => [path.slice(root.length + 1), readFileSync(path)] as const),
	);
}

const manifest = (name: string, rest: string): string =>
	`[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${rest}`;

/**
 * A program over a library that derives by a procedural macro, tells env!, option_env! and include_str!, and one with a C library that its
 * build script makes. `make` builds it through a nested make.
 */
export function writeWorkspace(farm: Farm, folder: string): void {
	const files: Record<string, string> = {
		'Cargo.toml': '[workspace]\nmembers = ["app", "text", "derive", "three"]\nresolver = "2"\n',
		'app/Cargo.toml': manifest(
			'app',
			'[dependencies]\ntext = {path = "../text"}\nthree = {path = "../three"}\n',
		),
		'app/src/main.rs':
			'fn main() {\n\tprintln!("{} {} {}", text::name(), text::Thing::describe(), three::three());\n}\n',
		'text/Cargo.toml': manifest('text', '[dependencies]\nderive = {path = "../derive"}\n'),
		'text/src/lib.rs': [
			'mod part;',
			'#[derive(derive::Describe)]',
			'pub struct Thing;',
			'pub fn name() -> String {',
			'\tlet unused = 1;',
			'\tformat!("{} {} {}", env!("CARGO_PKG_NAME"), include_str!("text.txt").trim(), part::shown(option_env!("MOOD").unwrap_or("none")))',
			'}\n',
		].join('\n'),
		'text/src/part.rs':
			'pub fn shown<T: std::fmt::Debug>(value: T) -> String {\n\tformat!("{value:?}")\n}\n',
		'text/src/text.txt': 'hello\n',
		'derive/Cargo.toml': manifest('derive', '[lib]\nproc-macro = true\n'),
		'derive/src/lib.rs': [
			'use proc_macro::TokenStream;',
			'#[proc_macro_derive(Describe)]',
			'pub fn describe(_input: TokenStream) -> TokenStream {',
			'\t"impl Thing { pub fn describe() -> &\'static str { \\"thing\\" } }".parse().unwrap()',
			'}\n',
		].join('\n'),
		'three/Cargo.toml': manifest('three', 'build = "build.rs"\n'),
		'three/build.rs': [
			'use std::{env, fs, process::Command};',
			'fn run(command: &mut Command) {',
			'\tassert!(command.status().unwrap().success());',
			'}',
			'fn main() {',
			'\tlet out = env::var("OUT_DIR").unwrap();',
			'\tif env::var("NESTED_MAKE").is_ok() {',
			'\t\trun(Command::new("make").arg("-j2").arg(format!("OUT={out}")));',
			'\t} else {',
			'\t\tlet cc = env::var("CC").unwrap_or("cc".into());',
			'\t\trun(Command::new(cc).args(["-O1", "-c", "three.c", "-o"]).arg(format!("{out}/three.o")));',
			'\t\trun(Command::new("ar").arg("crs").arg(format!("{out}/libthree.a")).arg(format!("{out}/three.o")));',
			'\t}',
			'\tfs::write(format!("{out}/made.rs"), "pub const MADE: i32 = 4;").unwrap();',
			'\tprintln!("cargo:rustc-link-search=native={out}");',
			'\tprintln!("cargo:rustc-link-lib=static=three");',
			'\tprintln!("cargo:rerun-if-changed=three.c");',
			'}\n',
		].join('\n'),
		'three/three.c': 'int three(void) { return 3; }\n',
		'three/Makefile':
			'CC ?= cc\n$(OUT)/libthree.a: $(OUT)/three.o\n\tar crs $@ $^\n$(OUT)/three.o: three.c\n\t$(CC) -O1 -c $< -o $@\n',
		'three/src/lib.rs': [
			'include!(concat!(env!("OUT_DIR"), "/made.rs"));',
			'extern "C" {',
			'\t#[link_name = "three"]',
			'\tfn c_three() -> i32;',
			'}',
			'pub fn three() -> i32 {',
			'\tunsafe { c_three() + MADE }',
			'}\n',
		].join('\n'),
	};
	for (const [name, text] of Object.entries(files)) farm.write(join(folder, name), text);
	settle();
}
