import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {archiveOf} from '../toolchain/tar-of.js';
import type {PackedToolchain} from './gcc-toolchain.js';

/** A toolchain whose only program, `/usr/bin/gcc`, is this C program. */
export async function smallToolchain(source: string): Promise<PackedToolchain> {
	const folder = mkdtempSync(join(tmpdir(), 'server-small-'));
	try {
		writeFileSync(join(folder, 'gcc.c'), source);
		execFileSync('gcc', ['-static', '-w', '-o', join(folder, 'gcc'), join(folder, 'gcc.c')]);
		const content = readFileSync(join(folder, 'gcc'));
		const file = join(folder, 'archive');
		const id = await archiveOf(file, [
			...['tmp', 'usr', 'usr/bin'].map(path => ({path, type: 'Directory' as const, mode: 0o755})),
			{path: 'usr/bin/gcc', mode: 0o755, content},
		]);
		return {id, archive: readFileSync(file)};
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

/** Does what the job's first argument says: sleeps without end, and a child too; dies; prints its environment. Else nothing, and well. */
export const oddCompiler = `
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv, char **envp) {
	if (argc > 1 && !strcmp(argv[1], "environment")) while (*envp) puts(*envp++);
	if (argc > 1 && !strcmp(argv[1], "sleep")) { if (fork() == 0) for (;;) pause(); for (;;) pause(); }
	if (argc > 1 && !strcmp(argv[1], "crash")) raise(SIGSEGV);
	return 0;
}`;

/** Built for a CPU that this is not. */
export const foreignCompiler = `
#include <signal.h>
int main(void) { raise(SIGILL); return 0; }`;
