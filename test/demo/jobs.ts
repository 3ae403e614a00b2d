import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** One compile of the demo, run in a folder that holds its output. */
export interface Job {
	readonly name: string;
	readonly compiler: 'gcc' | 'g++';
	readonly args: readonly string[];
	readonly output: string;
}

/** What the install itself brought: SQLite's amalgamation in C and better-sqlite3's own C++. */
export function demoJobs(packageFolder: string): {
	readonly jobs: Job[];
	readonly leftOut: string[];
} {
	const sqlite = join(packageFolder, 'node_modules/better-sqlite3');
	const cSources = [
		job('sqlite3.c -O2', 'gcc', ['-O2', join(sqlite, 'deps/sqlite3/sqlite3.c')]),
		job('sqlite3.c -O0 -g', 'gcc', ['-O0', '-g', join(sqlite, 'deps/sqlite3/sqlite3.c')]),
		job('test_extension.c -O2', 'gcc', [
			'-O2',
			`-I${join(sqlite, 'deps/sqlite3')}`,
			join(sqlite, 'deps/test_extension.c'),
		]),
	];
	const headers = join(dirname(dirname(process.execPath)), 'include/node');
	if (!existsSync(join(headers, 'node.h'))) {
		return {jobs: cSources, leftOut: [`better_sqlite3.cpp: no Node headers in ${headers}`]};
	}
	const addon = [
		'-std=c++20',
		'-fPIC',
		'-DNODE_GYP_MODULE_NAME=better_sqlite3',
		`-I${headers}`,
		`-I${join(sqlite, 'deps/sqlite3')}`,
		join(sqlite, 'src/better_sqlite3.cpp'),
	];
	const cxxSources = [
		job('better_sqlite3.cpp -O2', 'g++', ['-O2', ...addon]),
		job('better_sqlite3.cpp -O0 -g', 'g++', ['-O0', '-g', ...addon]),
	];
	return {jobs: [...cSources, ...cxxSources], leftOut: []};
}

function job(name: string, compiler: Job['compiler'], args: readonly string[]): Job {
	const output = `${name.replace(/[^\w]+/g, '-')}.o`;
	return {name, compiler, args: [...args, '-MD', '-c', '-o', output], output};
}
