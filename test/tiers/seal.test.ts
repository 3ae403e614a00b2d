import {randomBytes} from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {blake3} from 'hash-wasm';
import {headerBytes, type ObjectKind, type Opened, Seal} from '../../src/tiers/seal.js';

const key = '12'.repeat(32);
const otherKey = '13'.repeat(32);
const signed = new Seal('k'.repeat(40));
const plain = new Seal(undefined);

const bodyOf = (opened: Opened): Buffer | string =>
	opened.kind === 'sound' ? opened.body : opened.why;

async function sealed(seal: Seal, body: Buffer, kind: ObjectKind = 'entry'): Promise<Buffer> {
	const object = await seal.close(kind, key, [body]);
	if (object === undefined) throw new Error('too large');
	return object;
}

test('what was sealed is opened, of any size and content', async t => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.uint8Array({maxLength: 2000}), {maxLength: 4}),
			fc.boolean(),
			fc.constantFrom<ObjectKind>('entry', 'manifests'),
			async (chunks, isSigned, kind) => {
				const seal = isSigned ? signed : plain;
				const object = await seal.close(
					kind,
					key,
					chunks.map(chunk => Buffer.from(chunk)),
				);
				if (object === undefined) return false;
				const opened = await seal.open(kind, key, object);
				return Buffer.concat(chunks).equals(bodyOf(opened) as Buffer);
			},
		),
	);
	t.pass();
});

test('what can be deflated is', async t => {
	const object = await sealed(plain, Buffer.alloc(100_000, 'abc'));
	t.true(object.length < 10_000);
	t.is((bodyOf(await plain.open('entry', key, object)) as Buffer).length, 100_000);
});

test('any other bytes are rejected, and never an error', async t => {
	const object = await sealed(signed, randomBytes(500));
	await fc.assert(
		fc.asyncProperty(
			fc.oneof(
				fc.uint8Array({maxLength: 300}).map(bytes => Buffer.from(bytes)),
				// One that begins like ours.
				fc
					.uint8Array({maxLength: 300})
					.map(bytes => Buffer.concat([object.subarray(0, 12), bytes])),
				fc.nat(object.length - 1).map(length => object.subarray(0, length)),
				fc.uint8Array({minLength: 1, maxLength: 50}).map(bytes => Buffer.concat([object, bytes])),
				fc.tuple(fc.nat(object.length - 1), fc.integer({min: 1, max: 255})).map(([at, change]) => {
					const changed = Buffer.from(object);
					changed[at] = (changed[at] ?? 0) ^ change;
					return changed;
				}),
			),
			async bytes => {
				const [one, other] = [
					await signed.open('entry', key, bytes),
					await plain.open('entry', key, bytes),
				];
				// Without a key the signature itself is not looked at.
				const isSignatureAlone =
					bytes.length === object.length &&
					bytes.subarray(0, 84).equals(object.subarray(0, 84)) &&
					bytes.subarray(headerBytes).equals(object.subarray(headerBytes));
				return one.kind === 'rejected' && (isSignatureAlone || other.kind === 'rejected');
			},
		),
		{numRuns: 500},
	);
	t.pass();
});

test('an object under another key, or for another purpose, is misplaced', async t => {
	const object = await sealed(signed, Buffer.from('body'));
	t.is(bodyOf(await signed.open('entry', otherKey, object)), 'misplaced');
	t.is(bodyOf(await signed.open('manifests', key, object)), 'misplaced');
});

test('with a key only what it signed is taken; without one, what anybody did', async t => {
	const mine = await sealed(signed, Buffer.from('body'));
	const theirs = await sealed(new Seal('j'.repeat(40)), Buffer.from('body'));
	const unsigned = await sealed(plain, Buffer.from('body'));
	t.is(bodyOf(await signed.open('entry', key, theirs)), 'wrongly signed');
	t.is(bodyOf(await signed.open('entry', key, unsigned)), 'unsigned');
	for (const object of [mine, theirs, unsigned]) {
		t.is(String(bodyOf(await plain.open('entry', key, object))), 'body');
	}
});

test('the next version is foreign', async t => {
	const object = await sealed(plain, Buffer.from('body'));
	object[7] = 3;
	t.is(bodyOf(await plain.open('entry', key, object)), 'foreign');
});

test('a body that inflates to more than it says is damaged, and not inflated further', async t => {
	const object = await sealed(plain, Buffer.alloc(50_000_000));
	const says = async (plainBytes: number) => {
		object.writeUInt32LE(plainBytes, 16);
		const checked = Buffer.concat([object.subarray(0, 52), object.subarray(headerBytes)]);
		object.write(await blake3(checked), 52, 'hex');
		return bodyOf(await plain.open('entry', key, object));
	};
	t.is(await says(1000), 'damaged');
	t.is(await says(0), 'damaged');
	t.is(await says(50_000_001), 'damaged');
	t.is(await says(0xffff_ffff), 'too large');
	t.is((await says(50_000_000)).length, 50_000_000);
});
