import test from 'ava';
import {unitOf} from '../../../src/client/live/unit-of.js';
import type {CompileRequest} from '../../../src/protocol/frames.js';

const call = (compiler: string, ...args: readonly string[]) =>
	({invoked: compiler, compiler, args}) as unknown as CompileRequest;

test('a source is told of without its folders, a crate by its name', t => {
	t.is(unitOf(call('/usr/bin/gcc', '-c', '../src/main.c', '-o', 'main.o')), 'main.c');
	t.is(unitOf(call('/usr/bin/rustc', '--crate-name', 'serde', 'src/lib.rs')), 'serde');
	t.is(unitOf(call('/usr/bin/rustc', '--crate-name=serde', 'src/lib.rs')), 'serde');
});

test('what names neither has no name', t => {
	t.is(unitOf(call('/usr/bin/gcc', '--version')), '');
	t.is(unitOf(call('/usr/bin/gcc', '@arguments')), '');
	t.is(unitOf(call('/usr/bin/rustc', 'src/lib.rs')), '');
	t.is(unitOf(call('/usr/bin/rustc', '--crate-name')), '');
});

test('names are bytes, and are read as UTF-8', t => {
	const bytes = Buffer.from('größe.c').toString('latin1');
	t.is(unitOf(call('/usr/bin/gcc', '-c', `/src/${bytes}`)), 'größe.c');
});
