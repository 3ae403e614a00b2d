import {createHash} from 'node:crypto';
import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openStore, type StoreOptions} from '../../src/store/open.js';
import type {Entry, EntryFacts, Manifest, Member, Store} from '../../src/store/store.js';

export const keyOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'store-test-'));

/** A clock that goes on with every look, so that no two uses are at the same time. */
export function ticking(fromMs = 1_700_000_000_000): () => number {
	let ms = fromMs;
	return () => ms++;
}

export function open(dir: string, options: Partial<StoreOptions> = {}): Store {
	return openStore({dir, limitBytes: 1 << 30, mode: 'READ_WRITE', now: ticking(), ...options});
}

export function manifestOf(name: string, resultKey = keyOf(name)): Manifest {
	return {
		resultKey,
		includes: [
			{path: '/usr/include/stdio.h', digest: keyOf('stdio')},
			{path: `${name}.h`, digest: keyOf(`${name}.h`)},
			{path: '\x01env:SOURCE_DATE_EPOCH', digest: 'short'},
		],
		absent: ['/work/stdio.h', '/work/größe.h'],
		present: ['/usr/include/features.h'],
	};
}

export function entryOf(
	name: string,
	content: string | Buffer = name,
	facts: Partial<EntryFacts> = {},
): Entry {
	const members: Member[] = [
		{name: 'object', bytes: Buffer.from(content), mode: 0o666},
		{name: 'stderr', bytes: Buffer.alloc(0), mode: 0o666},
		{name: 'dwo', bytes: Buffer.from(`dwo of ${name}`), mode: 0o755},
	];
	return {
		resultKey: keyOf(name),
		facts: {
			createdMs: 1_700_000_000_000,
			compileMs: 1234.5,
			compiler: '/usr/bin/gcc',
			language: 'c',
			package: 'dev-libs/foo-1',
			directKey: keyOf(`direct ${name}`),
			manifest: manifestOf(name),
			preprocessedKey: keyOf(`preprocessed ${name}`),
			sourcesDigest: keyOf(`sources ${name}`),
			unitKeys: [keyOf(`unit ${name}`)],
			...facts,
		},
		members,
	};
}

export function blobPath(dir: string, resultKey: string): string {
	return join(dir, 'blobs', resultKey.slice(0, 2), resultKey);
}

/** All that a store says about the entry of that name. */
export function answers(store: Store, name: string) {
	const found = store.get(keyOf(name));
	return {
		members: found?.members.map(member => ({...member, bytes: member.bytes.toString('latin1')})),
		compileMs: found?.compileMs,
		sourcesDigest: found?.sourcesDigest,
		manifests: store.manifests(keyOf(`direct ${name}`)),
		preprocessed: store.preprocessed(keyOf(`preprocessed ${name}`)),
		seen: store.seen(keyOf(`unit ${name}`)),
	};
}

export const nothing = {
	members: undefined,
	compileMs: undefined,
	sourcesDigest: undefined,
	manifests: [],
	preprocessed: undefined,
	seen: false,
};
