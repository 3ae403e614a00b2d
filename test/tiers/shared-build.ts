import {type ChildProcess, spawn} from 'node:child_process';
import {readdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {type Farm, realPath} from '../e2e/farm.js';
import type {Hosts} from './hosts.js';

export const sourceCount = 8;

/** Makes a compile long enough to be worth a look at a shared store. */
const bulk = Array.from(
	{length: 40},
	(_, index) =>
		`int bulk${index}(int *v, int n) { int s = 0; for (int i = 0; i < n; i++) { v[i] = TWICE(v[i]) ^ ${index}; s += v[i] % (i + 1); } printf("%d\\n", s); return s; }`,
).join('\n');

export interface Built {
	readonly code: number | null;
	readonly output: string;
	readonly objects: ReadonlyMap<string, string>;
}

/** A project in C that each of the hosts builds in the same folder. */
export class SharedBuild {
	readonly #folder: string;
	readonly #hosts: Hosts;
	readonly #name: string;
	#version = 0;

	constructor(hosts: Hosts, name = 'build') {
		this.#hosts = hosts;
		this.#name = name;
		this.#folder = join(hosts.work, name);
		this.change();
		for (let index = 0; index < sourceCount; index++) {
			hosts.write(
				`${name}/c${index}.c`,
				`#include "common.h"\n#include <string.h>\nint c${index}(int x) { return TWICE(x) + ${index}; }\n${bulk}`,
			);
		}
		hosts.write(
			`${name}/Makefile`,
			'all: $(addsuffix .o,$(wildcard *.c))\n%.c.o: %.c\n\tgcc -O1 -g -Wall -c $< -o $@\n',
		);
	}

	/** The header that all sources read. */
	change(): void {
		this.#version++;
		this.#hosts.write(
			`${this.#name}/common.h`,
			`#include <stdio.h>\n#define VERSION ${this.#version}\n#define TWICE(x) ((x) * 2 + VERSION)\n`,
		);
	}

	plain(host: Farm): Promise<Built> {
		return this.#build({...host.environment(), PATH: realPath}).done;
	}

	/** Through the shims. */
	start(host: Farm): {
		readonly done: Promise<Built>;
		/** Resolves when half of the objects are there. */
		readonly half: Promise<void>;
	} {
		return this.#build(host.environment());
	}

	#build(env: NodeJS.ProcessEnv) {
		for (const name of this.#objects()) rmSync(join(this.#folder, name));
		const make = spawn('make', ['-j2', '-k'], {cwd: this.#folder, env});
		let output = '';
		for (const stream of [make.stdout, make.stderr]) {
			stream.setEncoding('utf8').on('data', text => {
				output += text;
			});
		}
		const done = new Promise<Built>((resolve, reject) => {
			make.once('error', reject);
			make.once('close', code => {
				const objects = this.#objects().map(
					name => [name, readFileSync(join(this.#folder, name), 'latin1')] as const,
				);
				resolve({code, output, objects: new Map(objects)});
			});
		});
		return {done, half: this.#untilHalf(make)};
	}

	async #untilHalf(make: ChildProcess): Promise<void> {
		while (make.exitCode === null && this.#objects().length < sourceCount / 2) await sleep(5);
	}

	#objects(): readonly string[] {
		return readdirSync(this.#folder)
			.filter(name => name.endsWith('.o'))
			.sort();
	}
}
