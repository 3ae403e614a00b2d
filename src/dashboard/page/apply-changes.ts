import type {LiveView} from '../../protocol/live.js';
import {
	clockFields,
	keyFields,
	type ListChanges,
	type ListName,
	type LiveChanges,
} from './live-changes.js';

type Entry = Readonly<Record<string, unknown>>;

/** The view after the changes. */
export function applyChanges(view: LiveView, changes: LiveChanges): LiveView {
	const elapsedMs = changes.atMs - view.atMs;
	const list = (name: ListName) =>
		applyToList(name, view[name] as readonly Entry[], changes[name], elapsedMs);
	return {
		...view,
		...changes.fields,
		atMs: changes.atMs,
		servers: list('servers'),
		clients: list('clients'),
		jobs: list('jobs'),
	} as LiveView;
}

/** The same view, so much later. */
export function elapse(view: LiveView, elapsedMs: number): LiveView {
	return applyChanges(view, {atMs: view.atMs + elapsedMs});
}

function applyToList(
	name: ListName,
	before: readonly Entry[],
	{set, gone}: ListChanges = {set: [], gone: []},
	elapsedMs: number,
): readonly Entry[] {
	const key = keyFields[name];
	const entries = new Map(before.map(entry => [entry[key], advance(name, entry, elapsedMs)]));
	for (const each of gone) entries.delete(each);
	for (const changed of set) {
		entries.set(changed[key], withoutNulls({...entries.get(changed[key]), ...changed}));
	}
	return [...entries.values()];
}

function advance(name: ListName, entry: Entry, elapsedMs: number): Entry {
	const moved = Object.entries(clockFields[name]).map(([field, step]) => [
		field,
		Math.max(0, Number(entry[field]) + step * elapsedMs),
	]);
	return {...entry, ...Object.fromEntries(moved)};
}

function withoutNulls(entry: Entry): Entry {
	return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null));
}
