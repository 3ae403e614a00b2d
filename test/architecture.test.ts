import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {builtinModules} from 'node:module';
import {dirname, join} from 'node:path';
import test from 'ava';

const source = 'src';

/** The arrow table of src/README.md: a folder, and the folders that it may import. */
const mayImport = new Map(
	[...readFileSync(join(source, 'README.md'), 'utf8').matchAll(/^(\w+) +-> (.*)$/gm)].map(
		([, folder = '', allowed = '']) => [folder, allowed === '(nothing)' ? [] : allowed.split(' ')],
	),
);

/** A change of the architecture is made here and there, never by the way. */
const agreed: Record<string, readonly string[]> = {
	bin: ['commands'],
	commands: [
		'auth',
		'client',
		'config',
		'doctor',
		'lib',
		'links',
		'portage',
		'protocol',
		'scheduler',
		'server',
		'setup',
		'stats',
		'store',
		'toolchain',
		'top',
		'tree',
	],
	doctor: [
		'client',
		'config',
		'exec',
		'http',
		'lib',
		'links',
		'portage',
		'protocol',
		'sandbox',
		'stats',
		'tiers',
		'toolchain',
		'tree',
	],
	client: [
		'compiler',
		'config',
		'dashboard',
		'exec',
		'http',
		'key',
		'lib',
		'links',
		'metrics',
		'placement',
		'protocol',
		'relocation',
		'rustc',
		'stats',
		'store',
		'tiers',
		'toolchain',
	],
	scheduler: ['auth', 'config', 'dashboard', 'http', 'lib', 'metrics', 'placement', 'protocol'],
	server: [
		'auth',
		'config',
		'http',
		'lib',
		'metrics',
		'protocol',
		'results',
		'sandbox',
		'toolchain',
	],
	results: ['lib', 'protocol'],
	toolchain: ['exec', 'key', 'lib', 'protocol'],
	sandbox: ['exec', 'lib'],
	metrics: ['auth', 'http', 'lib'],
	dashboard: ['auth', 'http', 'lib', 'protocol'],
	http: ['lib', 'protocol'],
	auth: ['lib'],
	key: ['compiler', 'lib', 'relocation', 'rustc'],
	store: ['lib', 'portage'],
	tiers: ['config', 'http', 'lib', 'store'],
	stats: ['lib', 'portage'],
	portage: ['lib'],
	links: ['lib'],
	tree: ['lib'],
	release: ['commands', 'completions', 'lib'],
	completions: [],
	setup: ['auth', 'config', 'lib', 'links', 'portage', 'tree'],
	top: ['lib', 'protocol'],
	config: ['lib'],
	compiler: ['lib'],
	relocation: ['lib'],
	rustc: ['lib'],
	placement: ['lib'],
	protocol: ['lib'],
	exec: ['lib'],
	lib: [],
};

const pureFolders = [
	'relocation',
	'rustc',
	'compiler',
	'key',
	'placement',
	'protocol',
	'portage',
	'completions',
	'doctor/verdicts',
	'top/frame',
];
/** Computations only: what a pure folder may take from Node. */
const pureModules = ['buffer', 'crypto', 'path', 'path/posix', 'util'];

const relativeImport = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;
const anyImport = /\b(?:from|import|require)\s*\(?\s*['"]([^'".][^'"]*)['"]/g;

function sourceFiles(folder: string): readonly string[] {
	return readdirSync(join(source, folder), {recursive: true, encoding: 'utf8'})
		.filter(file => file.endsWith('.ts'))
		.map(file => join(folder, file));
}

const read = (file: string): string => readFileSync(join(source, file), 'utf8');

/** Folders that hold TypeScript. */
const folders = readdirSync(source, {withFileTypes: true})
	.filter(entry => entry.isDirectory() && sourceFiles(entry.name).length > 0)
	.map(entry => entry.name);

test('the arrow table of src/README.md is the one agreed on', t => {
	t.deepEqual(
		Object.fromEntries([...mayImport].map(([from, to]) => [from, to.toSorted()])),
		agreed,
	);
});

test('every folder of src has its arrows', t => {
	for (const folder of folders) t.true(mayImport.has(folder), folder);
});

for (const folder of folders) {
	test(`src/${folder} imports only what its arrows allow`, t => {
		for (const file of sourceFiles(folder)) {
			for (const [, path = ''] of read(file).matchAll(relativeImport)) {
				const target = join(dirname(file), path).split('/')[0] ?? '';
				const allowed = target === folder || mayImport.get(folder)?.includes(target);
				t.true(allowed, `${file} imports ${path}`);
			}
		}
		t.pass();
	});
}

test('of a daemon, commands and doctor import its main alone', t => {
	for (const file of ['commands', 'doctor'].flatMap(sourceFiles)) {
		for (const [, path = ''] of read(file).matchAll(relativeImport)) {
			const target = join(dirname(file), path);
			if (/^(?:client|scheduler|server)\//.test(target)) t.regex(target, /^\w+\/main\.js$/, file);
		}
	}
	t.pass();
});

for (const folder of pureFolders.filter(name => existsSync(join(source, name)))) {
	test(`src/${folder} is pure`, t => {
		for (const file of sourceFiles(folder)) {
			const text = read(file);
			for (const [, name = ''] of text.matchAll(anyImport)) {
				const bare = name.replace(/^node:/, '');
				const allowed = !builtinModules.includes(bare) || pureModules.includes(bare);
				t.true(allowed, `${file} imports ${name}`);
			}
			t.notRegex(
				text,
				/\b(?:Date\.now|new Date\(\)|Math\.random|performance\.now|randomBytes)\b/,
				file,
			);
		}
		t.pass();
	});
}

test('what browsers get imports nothing but what they get', t => {
	const page = 'dashboard/page';
	for (const file of sourceFiles(page)) {
		const values = read(file).replaceAll(/^import type [^;]*;$/gm, '');
		for (const [, path = ''] of values.matchAll(/^(?:(?:im|ex)port .*|\}) ?from '([^']+)'/gm)) {
			t.true(/^\.\/[\w-]+\.js$/.test(path) || file.endsWith('.d.ts'), `${file} imports ${path}`);
		}
	}
	t.pass();
});

test('the environment is read in config and bin alone', t => {
	for (const folder of folders.filter(name => !['config', 'bin'].includes(name))) {
		for (const file of sourceFiles(folder)) t.notRegex(read(file), /\bprocess\.env\b/, file);
	}
});

/** What a program loads at its start, whatever it then does: the libraries to which its imports lead, those of types and dynamic ones apart. */
function librariesOf(program: string): ReadonlySet<string> {
	const libraries = new Set<string>();
	const seen = new Set([join('dist/src', program)]);
	for (const file of seen) {
		for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(staticImport)) {
			if (name.startsWith('.')) seen.add(join(dirname(file), name));
			else libraries.add(name);
		}
	}
	return libraries;
}

const staticImport = /^(?:import|export)\b[^'";]*?['"]([^'"]+)['"];?$/gm;

test('no daemon of a client loads what only shared stores and metrics need', t => {
	const libraries = librariesOf('client/main.js');
	t.true(libraries.has('better-sqlite3'));
	for (const name of libraries) t.notRegex(name, /^(?:ioredis|prom-client|@smithy\/|@aws-)/);
});

test('the commands of a program are not loaded for each other', t => {
	for (const program of ['bin/sccache-gentoo.js', 'bin/sccache-dist.js']) {
		const libraries = [...librariesOf(program)].filter(name => !name.startsWith('node:'));
		t.deepEqual(libraries, ['@oclif/core'], program);
	}
});

/** `FILE NAME` of each value that a file of src or test imports; `FILE *` of files that are imported whole. */
function importedValues(): ReadonlySet<string> {
	const imported = new Set<string>();
	const clause =
		/^(?:import|export)\s+(?:type\s+)?(?:\w+,\s*)?\{([^}]*)\}\s+from\s+'(\.[^']*)\.js'/gm;
	const whole = /\bimport(?:\(| \* as \w+ from )'(\.[^']*)\.js'/g;
	for (const root of [source, 'test']) {
		for (const file of readdirSync(root, {recursive: true, encoding: 'utf8'})) {
			if (!file.endsWith('.ts')) continue;
			const text = readFileSync(join(root, file), 'utf8');
			const target = (path: string) => `${join(root, dirname(file), path)}.ts`;
			for (const [, names = '', path = ''] of text.matchAll(clause)) {
				for (const name of names.matchAll(/(?:^|,)\s*(?:type\s+)?(\w+)/g)) {
					imported.add(`${target(path)} ${name[1]}`);
				}
			}
			for (const [, path = ''] of text.matchAll(whole)) imported.add(`${target(path)} *`);
		}
	}
	return imported;
}

test('what a file exports, another one imports', t => {
	const imported = importedValues();
	const exported = /^export\s+(?:async\s+)?(?:const|function\*?|class)\s+(\w+)/gm;
	const unused = sourceFiles('.').flatMap(file => {
		const path = join(source, file);
		if (imported.has(`${path} *`)) return [];
		return [...read(file).matchAll(exported)]
			.map(([, name]) => `${path} ${name}`)
			.filter(name => !imported.has(name));
	});
	t.deepEqual(unused, []);
});
