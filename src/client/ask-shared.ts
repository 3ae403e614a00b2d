import type {Manifest} from '../store/store.js';
import type {Found} from '../tiers/shared-tiers.js';
import type {Traveller} from './dist/traveller.js';
import {readable} from './readable.js';

/** A compile that the disk could not answer. */
export type Asking = Pick<Traveller, 'parts' | 'shim' | 'trail' | 'kind' | 'unit'>;

/** The result that a shared store has for a direct key and the files as they are. `pick`: the first manifest that holds. */
export async function findShared(
	asking: Asking,
	directKey: string,
	pick: (manifests: readonly Manifest[]) => Promise<Manifest | undefined>,
): Promise<Found | undefined> {
	const {parts, shim, trail} = asking;
	const {shared} = parts;
	if (shared === undefined) return undefined;
	return shim.reassured(() =>
		shared.find({
			...{directKey, pick},
			compileMs: expectedMs(asking),
			tell: answer => trail.tiers.push(answer),
		}),
	);
}

/** The result that a shared store has under its own key. */
export async function findSharedResult(
	asking: Asking,
	resultKey: string,
): Promise<Found | undefined> {
	const {parts, shim, trail} = asking;
	const {shared} = parts;
	if (shared === undefined) return undefined;
	return shim.reassured(() =>
		shared.findResult(resultKey, expectedMs(asking), answer => trail.tiers.push(answer)),
	);
}

/** What the same source took the last time, or what others of its kind did of late. */
function expectedMs({parts, kind, unit}: Asking): number {
	const last = parts.statistics.lastTime(readable(unit.path), readable(unit.package));
	return last?.compileMs ?? parts.expected.of(kind);
}
