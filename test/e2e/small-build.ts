import {type ChildProcess, spawn} from 'node:child_process';
import {readdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {type Farm, realPath, settle} from './farm.js';

const cCount = 22;
const cppCount = 8;

export interface Built {
	readonly code: number | null;
	readonly output: string;
	readonly objects: ReadonlyMap<string, string>;
}

/** A project of some thirty files, C and C++, that make builds with six jobs. */
export class SmallBuild {
	readonly #farm: Farm;
	readonly #folder: string;

	constructor(farm: Farm, name = 'build') {
		this.#farm = farm;
		this.#folder = join(farm.work, name);
		farm.write(`${name}/common.h`, '#include <stdio.h>\n#define TWICE(x) ((x) * 2)\n');
		for (let index = 0; index < cCount; index++) {
			const text = `#include "common.h"\n#include <string.h>\nint c${index}(int x) { return TWICE(x) + ${index}; }\n`;
			farm.write(`${name}/c${index}.c`, text);
		}
		for (let index = 0; index < cppCount; index++) {
			const text = `#include <vector>\n#include <string>\nint cpp${index}(int x) { std::vector<std::string> v(x, "${index}"); return v.size(); }\n`;
			farm.write(`${name}/cpp${index}.cc`, text);
		}
		farm.write(
			`${name}/Makefile`,
			`SOURCES := $(wildcard *.c *.cc)
all: $(addsuffix .o,$(SOURCES))
%.c.o: %.c
	gcc -O1 -g -Wall -c $< -o $@
%.cc.o: %.cc
	g++ -O1 -g -Wall -c $< -o $@
`,
		);
		settle();
	}

	/** By the plain compilers. */
	plain(): Promise<Built> {
		return this.#build({...this.#farm.environment(), PATH: realPath}).done;
	}

	/** Through the shims, every file anew. */
	start(): {readonly process: ChildProcess; readonly done: Promise<Built>} {
		return this.#build(this.#farm.environment({SCCACHE_RECACHE: '1'}));
	}

	#build(env: NodeJS.ProcessEnv) {
		for (const name of this.#objects()) rmSync(join(this.#folder, name));
		const process = spawn('make', ['-j6', '-k'], {cwd: this.#folder, env});
		let output = '';
		for (const stream of [process.stdout, process.stderr]) {
			stream.setEncoding('utf8').on('data', text => {
				output += text;
			});
		}
		const done = new Promise<Built>((resolve, reject) => {
			process.once('error', reject);
			process.once('close', code => {
				const names = this.#objects();
				const objects = names.map(
					name => [name, readFileSync(join(this.#folder, name), 'latin1')] as const,
				);
				resolve({code, output, objects: new Map(objects)});
			});
		});
		return {process, done};
	}

	#objects(): readonly string[] {
		return readdirSync(this.#folder)
			.filter(name => name.endsWith('.o'))
			.sort();
	}
}
