import {isDeepStrictEqual} from 'node:util';
import type {LiveView} from '../protocol/live.js';
import {
	clockFields,
	keyFields,
	type ListChanges,
	type ListName,
	type LiveChanges,
	type PlainField,
} from './page/live-changes.js';

type Entry = Readonly<Record<string, unknown>>;

const plainFields = [
	...(['teller', 'version', 'startedMs', 'scheduler', 'queued', 'jobsInAll'] as const),
] satisfies readonly PlainField[];

/** What makes one view of the other; undefined when only time has passed. */
export function changesBetween(before: LiveView, after: LiveView): LiveChanges | undefined {
	const elapsedMs = after.atMs - before.atMs;
	const lists = (['servers', 'clients', 'jobs'] as const).flatMap(name => {
		const changed = listChanges(name, before[name], after[name], elapsedMs);
		return changed === undefined ? [] : [[name, changed] as const];
	});
	const fields = plainFields.filter(name => before[name] !== after[name]);
	if (lists.length === 0 && fields.length === 0) return undefined;
	return {
		atMs: after.atMs,
		...(fields.length === 0
			? {}
			: {fields: Object.fromEntries(fields.map(name => [name, after[name]]))}),
		...Object.fromEntries(lists),
	};
}

function listChanges(
	name: ListName,
	before: readonly Entry[],
	after: readonly Entry[],
	elapsedMs: number,
): ListChanges | undefined {
	const key = keyFields[name];
	const known = new Map(before.map(entry => [entry[key], entry]));
	const set: Entry[] = [];
	for (const entry of after) {
		const old = known.get(entry[key]);
		known.delete(entry[key]);
		if (old === undefined) {
			set.push(entry);
			continue;
		}
		const changed = entryChanges(old, entry, clockFields[name], elapsedMs);
		if (changed !== undefined) set.push({[key]: entry[key], ...changed});
	}
	const gone = [...known.keys()].map(String);
	return set.length === 0 && gone.length === 0 ? undefined : {set, gone};
}

function entryChanges(
	before: Entry,
	after: Entry,
	clocks: Readonly<Record<string, 1 | -1>>,
	elapsedMs: number,
): Entry | undefined {
	let changed: Record<string, unknown> | undefined;
	for (const field of Object.keys({...before, ...after})) {
		const [value, old] = [after[field], before[field]];
		const step = clocks[field];
		const expected = step === undefined ? old : Math.max(0, Number(old) + step * elapsedMs);
		if (value === expected || (typeof value === 'object' && isDeepStrictEqual(value, expected))) {
			continue;
		}
		changed ??= {};
		changed[field] = value ?? null;
	}
	return changed;
}
