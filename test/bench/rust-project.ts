import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

const crates = 24;
const functionsPerCrate = 60;

/**
 * A project of many crates that depend on each other, with a procedural macro, a build script that compiles C, and a program. Writes it
 * below `folder`.
 */
export function writeRustProject(folder: string): void {
	const names = Array.from({length: crates}, (_, index) => `part${index}`);
	const files: Record<string, string> = {
		'Cargo.toml': `[workspace]\nresolver = "2"\nmembers = [${['app', 'derive', 'native', ...names].map(name => `"${name}"`).join(', ')}]\n`,
		...crate('derive', [], macroSource, '[lib]\nproc-macro = true\n'),
		...crate('native', [], nativeSource, 'build = "build.rs"\n', true),
		'native/build.rs': buildScript,
		'native/native.c': 'int native(int x) { return x * 3 + 1; }\n',
		...program(names),
	};
	for (const [index, name] of names.entries()) {
		const uses = [index - 1, index - 2, index >> 1]
			.filter(other => other >= 0 && other !== index)
			.map(other => `part${other}`);
		Object.assign(files, crate(name, ['derive', ...new Set(uses)], partSource(index, uses)));
	}
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, name)), {recursive: true});
		writeFileSync(join(folder, name), text);
	}
}

const known = {clap: '4', regex: '1', serde: '1', serde_json: '1', syn: '2'};

/** A program that uses crates of others. Writes it below `folder`. */
export function writeUserOfCrates(folder: string): void {
	const dependencies = Object.entries(known).map(([name, version]) => {
		const features = name === 'serde' || name === 'clap' ? ', features = ["derive"]' : '';
		return `${name} = {version = "${version}"${features}}\n`;
	});
	mkdirSync(join(folder, 'src'), {recursive: true});
	writeFileSync(
		join(folder, 'Cargo.toml'),
		`[package]\nname = "user"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n${dependencies.join('')}`,
	);
	writeFileSync(join(folder, 'src/main.rs'), 'fn main() {}\n');
}

function crate(
	name: string,
	uses: readonly string[],
	source: string,
	section = '',
	isPackage = false,
): Record<string, string> {
	const dependencies = uses.map(other => `${other} = {path = "../${other}"}\n`).join('');
	const head = `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`;
	return {
		[`${name}/Cargo.toml`]: `${head}${isPackage ? section : ''}\n[dependencies]\n${dependencies}${isPackage ? '' : section}`,
		[`${name}/src/lib.rs`]: source,
	};
}

function program(names: readonly string[]): Record<string, string> {
	const calls = names.map(name => `\tsum = sum.wrapping_add(${name}::total(sum));\n`).join('');
	const [manifest = ''] = Object.values(crate('app', ['native', ...names], ''));
	return {
		'app/Cargo.toml': manifest,
		'app/src/main.rs': `fn main() {\n\tlet mut sum = native::native_of(3) as u64;\n${calls}\tprintln!("{sum}");\n}\n`,
	};
}

const macroSource = `use proc_macro::TokenStream;
#[proc_macro_derive(Named)]
pub fn named(input: TokenStream) -> TokenStream {
	let text = input.to_string();
	let name = text.split_whitespace().skip_while(|word| *word != "struct").nth(1).unwrap_or("None");
	let name = name.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
	format!("impl {name} {{ pub fn name(&self) -> &'static str {{ {name:?} }} }}").parse().unwrap()
}
`;

const nativeSource = `extern "C" { fn native(x: i32) -> i32; }
pub fn native_of(x: i32) -> i32 { unsafe { native(x) } }
`;

const buildScript = `use std::{env, process::Command};
fn main() {
	let out = env::var("OUT_DIR").unwrap();
	let run = |command: &mut Command| assert!(command.status().unwrap().success());
	run(Command::new("cc").args(["-O1", "-c", "native.c", "-o"]).arg(format!("{out}/native.o")));
	run(Command::new("ar").arg("crsD").arg(format!("{out}/libnative.a")).arg(format!("{out}/native.o")));
	println!("cargo:rustc-link-search=native={out}");
	println!("cargo:rustc-link-lib=static=native");
	println!("cargo:rerun-if-changed=native.c");
}
`;

function partSource(index: number, uses: readonly string[]): string {
	const functions = Array.from({length: functionsPerCrate}, (_, n) => oneFunction(index, n));
	const sum = Array.from({length: functionsPerCrate}, (_, n) => `f${n}(seed)`).join(', ');
	const others = uses.map(name => `.wrapping_add(${name}::total(seed ^ ${index}))`).join('');
	return `//! Part ${index}.
use std::collections::{BTreeMap, HashMap};
#[derive(derive::Named, Debug, Clone, PartialEq)]
pub struct Record { pub id: u64, pub label: String, pub values: Vec<f64> }
pub trait Fold<T> { fn fold_all(&self, start: T) -> T; }
impl Fold<f64> for Record { fn fold_all(&self, start: f64) -> f64 { self.values.iter().fold(start, |a, b| a * 0.5 + b) } }
${functions.join('')}
pub fn total(seed: u64) -> u64 { [${sum}].iter().fold(0u64, |a, b| a.wrapping_mul(31).wrapping_add(*b))${others} }
`;
}

function oneFunction(index: number, n: number): string {
	return `pub fn f${n}(seed: u64) -> u64 {
	let mut counts: HashMap<String, u64> = HashMap::new();
	for i in 0..(seed % ${n + 3} + 1) { *counts.entry(format!("{}-{}", i, ${index})).or_default() += i; }
	let ordered: BTreeMap<_, _> = counts.into_iter().filter(|(_, v)| v % 2 == ${n % 2}).collect();
	let record = Record { id: ${n}, label: ordered.keys().cloned().collect::<Vec<_>>().join(","), values: ordered.values().map(|v| *v as f64).collect() };
	record.fold_all(${n}.5) as u64 + record.name().len() as u64 + record.label.len() as u64
}
`;
}
