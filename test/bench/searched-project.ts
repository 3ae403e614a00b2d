import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** Source files of the project. */
export const sourceCount = 200;
const folders = ['a', 'b', 'c', 'd', 'e', 'f'];
const headerCount = 60;
const headersOfSource = 15;
const system = [
	...['errno', 'fcntl', 'limits', 'math', 'signal', 'stdio', 'stdlib', 'string'],
	...['sys/stat', 'sys/types', 'time', 'unistd'],
];
const systemOfSource = 6;

/** Options of each compile: where headers are looked for. */
export const searchOptions = (folder: string): readonly string[] =>
	folders.map(each => `-I${join(folder, each)}`);

/** A project in C whose sources, `0.c` to `199.c`, each include others of its headers, which lie in six folders. */
export function writeSearchedProject(folder: string): void {
	for (const each of folders) mkdirSync(join(folder, each), {recursive: true});
	for (let n = 0; n < headerCount; n++) {
		const path = join(folder, folders[n % folders.length] ?? '', `h${n}.h`);
		writeFileSync(path, `#ifndef H${n}\n#define H${n}\nint f${n}(int);\n#endif\n`);
	}
	for (let n = 0; n < sourceCount; n++) {
		const some = <Each>(all: readonly Each[], count: number, step: number) =>
			Array.from({length: count}, (_, index) => all[(n * 7 + index * step) % all.length]);
		const own = some(
			Array.from({length: headerCount}, (_, each) => `#include "h${each}.h"\n`),
			headersOfSource,
			11,
		);
		const libc = some(system, systemOfSource, 5).map(each => `#include <${each}.h>\n`);
		writeFileSync(
			join(folder, `${n}.c`),
			`${libc.join('')}${own.join('')}int g${n}(void) { return ${n}; }\n`,
		);
	}
}
