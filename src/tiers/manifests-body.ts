import {z} from 'zod';
import {type Manifest, manifestsPerKey} from '../store/store.js';

/** The manifests of one direct key as the body of an object: JSON, with each path once. */

/** A manifest, and what fetching its result is worth. */
export interface SharedManifest extends Manifest {
	readonly compileMs: number;
	/** Of all members. */
	readonly sizeBytes: number;
}

/** More than any compile reads. */
const most = 1_000_000;
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const place = z.int().nonnegative();

const body = z.strictObject({
	paths: z.array(z.string().min(1).max(65_536)).max(most),
	/** Newest first. */
	manifests: z
		.array(
			z.strictObject({
				resultKey: hex,
				compileMs: z.number().nonnegative(),
				sizeBytes: z.int().nonnegative(),
				/** A path's place, and the digest of its content, by turns. */
				includes: z.array(z.tuple([place, hex])).max(most),
				absent: z.array(place).max(most),
				present: z.array(place).max(most),
			}),
		)
		.max(manifestsPerKey),
});

export function encodeManifests(manifests: readonly SharedManifest[]): Buffer {
	const places = new Map<string, number>();
	const placeOf = (path: string): number => {
		const known = places.get(path) ?? places.size;
		places.set(path, known);
		return known;
	};
	const encoded = manifests.map(({resultKey, compileMs, sizeBytes, includes, absent, present}) => ({
		...{resultKey, compileMs, sizeBytes},
		includes: includes.map(({path, digest}): [number, string] => [placeOf(path), digest]),
		absent: absent.map(placeOf),
		present: present.map(placeOf),
	}));
	return Buffer.from(
		JSON.stringify({paths: [...places.keys()], manifests: encoded} satisfies z.input<typeof body>),
	);
}

/** Undefined for what is none. */
export function decodeManifests(bytes: Buffer): readonly SharedManifest[] | undefined {
	const parsed = parse(bytes);
	if (parsed === undefined) return undefined;
	const {paths, manifests} = parsed;
	const isPlace = (index: number): boolean => index < paths.length;
	const pathAt = (index: number): string => paths[index] as string;
	const areSound = manifests.every(
		({includes, absent, present}) =>
			includes.every(([index]) => isPlace(index)) &&
			absent.every(isPlace) &&
			present.every(isPlace),
	);
	if (!areSound) return undefined;
	return manifests.map(({includes, absent, present, ...facts}) => ({
		...facts,
		includes: includes.map(([index, digest]) => ({path: pathAt(index), digest})),
		absent: absent.map(pathAt),
		present: present.map(pathAt),
	}));
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

function parse(bytes: Buffer): z.output<typeof body> | undefined {
	try {
		return body.safeParse(JSON.parse(bytes.toString('utf8'))).data;
	} catch {
		return undefined;
	}
}
