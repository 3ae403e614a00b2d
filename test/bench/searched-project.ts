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
		const libc = some(n, system.length, {count: systemOfSource, step: 5});
		const own = some(n, headerCount, {count: headersOfSource, step: 11});
		writeFileSync(
			join(folder, `${n}.c`),
			[
				...libc.map(each => `#include <${system[each]}.h>`),
				...own.map(each => `#include "h${each}.h"`),
				`int g${n}(void) { return ${n}; }\n`,
			].join('\n'),
		);
	}
}

/** Places of so many of them, others for each source. */
function some(n: number, all: number, {count, step}: {count: number; step: number}) {
	return Array.from({length: count}, (_, index) => (n * 7 + index * step) % all);
}
