import {z} from 'zod';
import {type Manifest, manifestsPerKey} from '../store/store.js';
import {frame, unframe} from './framed.js';
import {type PathLists, writtenPaths} from './path-lists.js';

/** The manifests of one direct key as the body of an object: after the header the lists of paths, each once, and the digests. */

/** A manifest, and what fetching its result is worth. */
export interface SharedManifest extends Manifest {
	readonly compileMs: number;
	/** Of all members. */
	readonly sizeBytes: number;
}

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.int().nonnegative();
/** The place of a list. */
const place = z
	.int()
	.nonnegative()
	.lt(3 * manifestsPerKey);
const digestBytes = 32;

const header = z.strictObject({
	/** Bytes that each list of paths takes. */
	lists: z
		.array(size)
		.max(3 * manifestsPerKey)
		.readonly(),
	/** Newest first. */
	manifests: z
		.array(
			z.strictObject({
				resultKey: hex,
				compileMs: z.number().nonnegative(),
				sizeBytes: size,
				/** Their digests come after the lists, in the manifests' order. */
				includes: place,
				absent: place,
				present: place,
			}),
		)
		.max(manifestsPerKey)
		.readonly(),
});

export function encodeManifests(manifests: readonly SharedManifest[]): readonly Buffer[] {
	const places = new Map<string, number>();
	const placeOf = (list: readonly string[]): number => {
		const text = writtenPaths(list);
		const known = places.get(text) ?? places.size;
		places.set(text, known);
		return known;
	};
	const encoded = manifests.map(({resultKey, compileMs, sizeBytes, includes, absent, present}) => ({
		...{resultKey, compileMs, sizeBytes},
		includes: placeOf(includes.map(({path}) => path)),
		absent: placeOf(absent),
		present: placeOf(present),
	}));
	const lists = [...places.keys()].map(text => Buffer.from(text));
	const digests = manifests.map(({includes}) =>
		Buffer.from(includes.map(({digest}) => digest).join(''), 'hex'),
	);
	const head: z.input<typeof header> = {
		lists: lists.map(({length}) => length),
		manifests: encoded,
	};
	return frame(head, [...lists, ...digests]);
}

/** Undefined for what is none. Lists that `known` has are the same objects. */
export function decodeManifests(
	body: Buffer,
	known: PathLists,
): readonly SharedManifest[] | undefined {
	const framed = unframe(header, body);
	if (framed === undefined) return undefined;
	let {from} = framed;
	/** Undefined when there is not so much. */
	const text = (encoding: 'utf8' | 'hex', length: number): string | undefined => {
		const to = from + length;
		if (to > body.length) return undefined;
		const read = body.toString(encoding, from, to);
		from = to;
		return read;
	};
	const lists = framed.header.lists.map(length => {
		const paths = text('utf8', length);
		return paths === undefined ? undefined : known.read(paths);
	});
	const manifests: SharedManifest[] = [];
	for (const {includes, absent, present, ...facts} of framed.header.manifests) {
		const [paths, absentPaths, presentPaths] = [lists[includes], lists[absent], lists[present]];
		if (paths === undefined || absentPaths === undefined || presentPaths === undefined) {
			return undefined;
		}
		const digests = text('hex', paths.length * digestBytes);
		if (digests === undefined) return undefined;
		manifests.push({
			...facts,
			includes: paths.map((path, index) => ({
				path,
				digest: digests.slice(2 * digestBytes * index, 2 * digestBytes * (index + 1)),
			})),
			absent: absentPaths,
			present: presentPaths,
		});
	}
	return from === body.length ? manifests : undefined;
}

/** `added` first; of those that say the same one; the newest few. */
export function mergeManifests(
	known: readonly SharedManifest[],
	added: readonly SharedManifest[],
): readonly SharedManifest[] {
	const merged: SharedManifest[] = [];
	for (const manifest of [...added, ...known]) {
		if (!merged.some(other => saysTheSame(other, manifest))) merged.push(manifest);
	}
	return merged.slice(0, manifestsPerKey);
}

function saysTheSame(one: SharedManifest, other: SharedManifest): boolean {
	return (
		one.resultKey === other.resultKey &&
		areSame(one.absent, other.absent) &&
		areSame(one.present, other.present) &&
		one.includes.length === other.includes.length &&
		one.includes.every(({path, digest}, index) => {
			const twin = other.includes[index];
			return path === twin?.path && digest === twin.digest;
		})
	);
}

const areSame = (some: readonly string[], others: readonly string[]): boolean =>
	some.length === others.length && some.every((path, index) => path === others[index]);
