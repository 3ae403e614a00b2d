import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {libraryClosure, MissingLibraryError} from '../../src/toolchain/closure.js';
import {elfNeeds} from '../../src/toolchain/elf.js';

function tempFolder(t: {teardown(run: () => void): void}): string {
	const folder = mkdtempSync(join(tmpdir(), 'sccache-closure-'));
	t.teardown(() => rmSync(folder, {recursive: true}));
	return folder;
}

/** What the loader itself says. */
function loaded(program: string): string[] {
	return execFileSync('ldd', [program], {encoding: 'utf8'})
		.split('\n')
		.flatMap(line => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

test('the closure of the real compiler holds every library that the loader maps', t => {
	const cc1 = execFileSync('gcc', ['-print-prog-name=cc1'], {encoding: 'utf8'}).trim();
	const closure = libraryClosure(cc1);
	t.true(closure.includes(cc1));
	for (const library of loaded(cc1)) {
		t.true(closure.includes(library), library);
	}
});

test('a library beside the program is found by its RUNPATH with $ORIGIN, and changes the closure', t => {
	const folder = tempFolder(t);
	writeFileSync(join(folder, 'l.c'), 'int answer(void) { return 42; }\n');
	writeFileSync(join(folder, 'm.c'), 'int answer(void); int main(void) { return answer(); }\n');
	execFileSync('gcc', ['-shared', '-fPIC', '-o', 'libanswer.so', 'l.c'], {cwd: folder});
	execFileSync('gcc', ['-o', 'm', 'm.c', '-L.', '-lanswer', '-Wl,-rpath,$ORIGIN'], {cwd: folder});
	t.true(libraryClosure(join(folder, 'm')).includes(join(folder, 'libanswer.so')));
});

test('a library that is nowhere is an error with its name', t => {
	const folder = tempFolder(t);
	writeFileSync(join(folder, 'l.c'), 'int answer(void) { return 42; }\n');
	writeFileSync(join(folder, 'm.c'), 'int answer(void); int main(void) { return answer(); }\n');
	execFileSync('gcc', ['-shared', '-fPIC', '-o', 'libgone.so', 'l.c'], {cwd: folder});
	execFileSync('gcc', ['-o', 'm', 'm.c', '-L.', '-lgone'], {cwd: folder});
	const error = t.throws(() => libraryClosure(join(folder, 'm')), {
		instanceOf: MissingLibraryError,
	});
	t.is(error?.library, 'libgone.so');
});

test('what is not ELF needs nothing', t => {
	for (const bytes of [Buffer.from('#!/bin/sh\n'), Buffer.alloc(0)])
		t.is(
			elfNeeds((offset, length) => bytes.subarray(offset, offset + length)),
			undefined,
		);
});
