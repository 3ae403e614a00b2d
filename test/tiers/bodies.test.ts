import test from 'ava';
import fc from 'fast-check';
import {manifestsPerKey} from '../../src/store/store.js';
import {decodeEntry, encodeEntry} from '../../src/tiers/entry-body.js';
import {
	decodeManifests,
	encodeManifests,
	mergeManifests,
	type SharedManifest,
} from '../../src/tiers/manifests-body.js';
import {PathLists} from '../../src/tiers/path-lists.js';
import {entryOf, keyOf} from '../store/sample.js';

const hex = fc
	.uint8Array({minLength: 32, maxLength: 32})
	.map(bytes => Buffer.from(bytes).toString('hex'));
const path = fc.string({minLength: 1});
const manifest: fc.Arbitrary<SharedManifest> = fc.record({
	resultKey: hex,
	compileMs: fc.nat(),
	sizeBytes: fc.nat(),
	includes: fc.array(fc.record({path, digest: hex}), {maxLength: 5}),
	absent: fc.array(path, {maxLength: 5}),
	present: fc.array(path, {maxLength: 5}),
});

test('an entry comes back as it was, apart from how it was found', t => {
	const entry = entryOf('a');
	const by = {directKey: keyOf('direct'), manifest: undefined};
	const decoded = decodeEntry(entry.resultKey, Buffer.concat(encodeEntry(entry)), by);
	t.deepEqual(decoded, {...entry, facts: {...entry.facts, ...by}});
});

test('other bytes are no entry, and never an error', t => {
	const {resultKey} = entryOf('a');
	const body = Buffer.concat(encodeEntry(entryOf('a')));
	const by = {directKey: undefined, manifest: undefined};
	fc.assert(
		fc.property(
			fc.oneof(
				fc.uint8Array({maxLength: 200}).map(bytes => Buffer.from(bytes)),
				fc.nat(body.length - 1).map(length => body.subarray(0, length)),
				fc.uint8Array({minLength: 1, maxLength: 9}).map(bytes => Buffer.concat([body, bytes])),
				fc.json().map(json => framed(json)),
			),
			bytes => decodeEntry(resultKey, bytes, by) === undefined,
		),
	);
	t.pass();
});

test('an entry may not name a member twice, nor one that is executable as its owner', t => {
	const header = {
		...{createdMs: 1, compileMs: 1, compiler: '', language: '', package: '', unitKeys: []},
		members: [{name: 'object', mode: 0o644, size: 0}],
	};
	const decode = (changed: object) =>
		decodeEntry('', framed(JSON.stringify({...header, ...changed})), {
			directKey: undefined,
			manifest: undefined,
		});
	t.not(decode({}), undefined);
	const [member] = header.members;
	t.is(decode({members: [member, member]}), undefined);
	t.is(decode({members: [{...member, mode: 0o4755}]}), undefined);
	t.is(decode({members: [{...member, size: -1}]}), undefined);
	t.is(decode({more: 1}), undefined);
});

const decode = (body: Buffer, lists = new PathLists()) => decodeManifests(body, lists);
const encode = (manifests: readonly SharedManifest[]) => Buffer.concat(encodeManifests(manifests));

test('manifests come back as they were', t => {
	fc.assert(
		fc.property(fc.array(manifest, {maxLength: manifestsPerKey}), manifests => {
			t.deepEqual(decode(encode(manifests)), manifests);
		}),
	);
});

test('lists of paths that were read before are the same objects', t => {
	const lists = new PathLists();
	const read = (resultKey: string) =>
		decode(
			encode([
				{
					...{resultKey: keyOf(resultKey), compileMs: 1, sizeBytes: 1},
					includes: [{path: 'a.h', digest: keyOf(resultKey)}],
					...{absent: ['b/a.h', 'c/a.h'], present: ['d']},
				},
			]),
			lists,
		)?.[0] as SharedManifest;
	const [one, other] = [read('a'), read('b')];
	t.is(one.absent, other.absent);
	t.is(one.present, other.present);
	t.notDeepEqual(one.includes, other.includes);
});

test('other bytes are no manifests, and never an error', t => {
	const body = encode([{...oneManifest, includes: [{path: 'a', digest: keyOf('a')}]}]);
	const listed = (lists: readonly number[], text: string, changed: object) =>
		Buffer.concat([
			framed(JSON.stringify({lists, manifests: [{...oneManifest, ...changed}]})),
			Buffer.from(text),
		]);
	const lists = {includes: 0, absent: 0, present: 0};
	t.deepEqual(decode(listed([0], '', lists)), [oneManifest]);
	fc.assert(
		fc.property(
			fc.oneof(
				fc.uint8Array({maxLength: 200}).map(bytes => Buffer.from(bytes)),
				fc.json().map(json => framed(json)),
				fc.nat(body.length - 1).map(length => body.subarray(0, length)),
				fc.uint8Array({minLength: 1, maxLength: 9}).map(bytes => Buffer.concat([body, bytes])),
				fc.constantFrom(
					listed([0], '', {...lists, absent: 1}),
					listed([2, 1], 'a\0a', {...lists, includes: 1, present: 1}),
					listed([0, 3], 'a\0\0', {...lists, absent: 1}),
					listed([0, 9], 'a\0', {...lists, absent: 1}),
					listed([0, 2], 'a\0', {...lists, includes: 1}),
					listed([-1], '', lists),
				),
			),
			bytes => decode(bytes) === undefined,
		),
	);
});

const oneManifest = {
	...{resultKey: keyOf('a'), compileMs: 1, sizeBytes: 1},
	...{includes: [], absent: [], present: []},
};

test('merged, the added come first, each once, and the newest few stay', t => {
	fc.assert(
		fc.property(
			fc.array(manifest, {maxLength: manifestsPerKey}),
			fc.array(manifest, {minLength: 1, maxLength: 3}),
			(known, added) => {
				const merged = mergeManifests(known, added);
				t.true(merged.length <= manifestsPerKey);
				t.deepEqual(merged[0], added[0]);
				t.deepEqual(mergeManifests(merged, added), merged);
			},
		),
	);
});

function framed(json: string): Buffer {
	const text = Buffer.from(json);
	const length = Buffer.alloc(4);
	length.writeUInt32LE(text.length);
	return Buffer.concat([length, text]);
}
