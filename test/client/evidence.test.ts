import {createHash} from 'node:crypto';
import test from 'ava';
import {gatherEvidence} from '../../src/client/evidence.js';
import {PathStates} from '../../src/client/path-states.js';
import type {ShimConnection} from '../../src/client/shim-connection.js';
import {SourceFiles} from '../../src/client/source-files.js';
import type {Unit} from '../../src/client/unit.js';
import {scanSource} from '../../src/compiler/includes.js';
import {noRoots} from '../../src/relocation/roots.js';
import {fileMode, secondNs, stampOf} from './stamps.js';

const nowNs = 1_000_000n * secondNs;
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

/** One source, a.c, that is read anew each time, since it was touched a moment ago. */
function sourceOf(text: string) {
	const stamp = stampOf(nowNs - 1n, fileMode);
	const shim = {
		stat: async (paths: readonly string[]) => Buffer.concat(paths.map(() => stamp)),
		readPieces: async (_path: string, _most: number, take: (bytes: Buffer) => void) => {
			take(Buffer.from(text));
			return {errno: 0, stamp};
		},
	} as unknown as ShimConnection;
	const unit = {
		shim,
		command: {
			input: 'a.c',
			extraInputs: [],
			definitions: '',
			search: {quote: [], bracket: [], system: [], after: [], forced: []},
		},
		compiler: {files: [], searchFolders: []},
		request: {env: new Map(), cwd: '/src'},
		parts: {sources: new SourceFiles(() => nowNs, 1 << 20, scanSource)},
		sourceDigest: sha(text),
		roots: noRoots,
	} as unknown as Unit;
	return {unit, states: new PathStates(shim)};
}

test('lookups count only for the content that they were made of', async t => {
	const before = 'int a;\n';
	const after = '#if __has_include("new.h")\nint b;\n#endif\n';
	const {unit, states} = sourceOf(after);
	const of = (text: string) =>
		gatherEvidence(unit, ['a.c'], nowNs, {
			states,
			lookups: {all: [], digests: new Map([['a.c', sha(text)]])},
		});
	t.deepEqual(await of(before), {
		kind: 'uncacheable',
		reason: 'source or header younger than the compile',
	});
	t.is((await of(after)).kind, 'sound');
});
