import {z} from 'zod';
import type {Entry, Manifest, Member} from '../store/store.js';
import {frame, unframe} from './framed.js';

/** One result as the body of an object: after the header the bytes of its members. */

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().max(4096);
const amount = z.number().nonnegative();

const header = z.strictObject({
	createdMs: amount,
	compileMs: amount,
	compiler: text,
	language: text,
	package: text,
	preprocessedKey: hex.optional(),
	sourcesDigest: hex.optional(),
	unitKeys: z.array(hex).max(8).readonly(),
	members: z
		.array(
			z.strictObject({
				name: text,
				/** No bits beyond the permissions: nothing that a store holds becomes setuid. */
				mode: z.int().min(0).max(0o777),
				size: z.int().nonnegative(),
			}),
		)
		.max(64)
		.readonly(),
});

export function encodeEntry({facts, members}: Entry): readonly Buffer[] {
	const {directKey: _key, manifest: _manifest, ...kept} = facts;
	const head: z.input<typeof header> = {
		...kept,
		members: members.map(({name, mode, bytes}) => ({name, mode, size: bytes.length})),
	};
	return frame(
		head,
		members.map(({bytes}) => bytes),
	);
}

/** How an entry was found: these two are not in its object. */
export interface FoundBy {
	readonly directKey: string | undefined;
	readonly manifest: Manifest | undefined;
}

/** Undefined for what is none. The members share the memory of `body`. */
export function decodeEntry(resultKey: string, body: Buffer, by: FoundBy): Entry | undefined {
	const framed = unframe(header, body);
	if (framed === undefined) return undefined;
	const {members: sizes, preprocessedKey, sourcesDigest, ...facts} = framed.header;
	const members: Member[] = [];
	let {from} = framed;
	for (const {name, mode, size} of sizes) {
		if (from + size > body.length) return undefined;
		members.push({name, mode, bytes: body.subarray(from, from + size)});
		from += size;
	}
	const names = new Set(members.map(({name}) => name));
	if (from !== body.length || names.size !== members.length) return undefined;
	return {resultKey, facts: {...facts, ...by, preprocessedKey, sourcesDigest}, members};
}
