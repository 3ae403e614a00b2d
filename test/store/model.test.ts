import {rmSync} from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import type {Store} from '../../src/store/store.js';
import {answers, entryOf, keyOf, manifestOf, newFolder, nothing, open, ticking} from './sample.js';

const limitBytes = 60_000;
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

interface Kept {
	readonly content: string;
	readonly size: number;
}

/** What must be there: in order of use, the one that was not used for longest first, and apart from the others what was served. */
class Model {
	readonly kept = new Map<string, Kept>();
	readonly proven = new Set<string>();
	#evicted = new Map<string, number>();
	#evictions = 0;

	get size(): number {
		return [...this.kept.values()].reduce((sum, {size}) => sum + size, 0);
	}

	use(name: string): void {
		const kept = this.kept.get(name);
		if (kept === undefined) return;
		this.kept.delete(name);
		this.kept.set(name, kept);
		this.proven.add(name);
	}

	put(name: string, kept: Kept): void {
		if (kept.size > limitBytes) return;
		if (!this.kept.delete(name) && this.#evicted.has(name)) this.proven.add(name);
		this.kept.set(name, kept);
		if (this.size <= limitBytes) return;
		while (this.size > limitBytes * 0.9) this.#evict();
		const last = Math.max(...this.#evicted.values());
		for (const [name, at] of this.#evicted) {
			if (at <= last - this.kept.size) this.#evicted.delete(name);
		}
	}

	#evict(): void {
		const unproven = [...this.kept.keys()].filter(name => !this.proven.has(name));
		const bytes = unproven.reduce((sum, name) => sum + (this.kept.get(name)?.size ?? 0), 0);
		const proven = [...this.kept.keys()].find(name => this.proven.has(name));
		const goes = bytes > limitBytes * 0.2 ? unproven[0] : (proven ?? unproven[0]);
		if (goes === undefined) throw new Error('nothing is left');
		this.kept.delete(goes);
		this.proven.delete(goes);
		this.#evicted.set(goes, ++this.#evictions);
	}
}

const name = fc.constantFrom(...names);
const step = fc.oneof(
	{
		weight: 5,
		arbitrary: fc.record({kind: fc.constant('put' as const), name, length: fc.nat(25_000)}),
	},
	{
		weight: 1,
		arbitrary: fc.record({kind: fc.constant('put' as const), name, length: fc.constant(70_000)}),
	},
	{weight: 5, arbitrary: fc.record({kind: fc.constant('get' as const), name})},
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constantFrom('flush' as const, 'maintain' as const, 'reopen' as const),
		}),
	},
);

function sizeOf(probe: Store, entry: ReturnType<typeof entryOf>): number {
	probe.put(entry);
	return probe.get(entry.resultKey)?.sizeBytes ?? 0;
}

test('puts, gets, evictions and restarts are those of two lists in order of use', t => {
	fc.assert(
		fc.property(fc.array(step, {maxLength: 40}), steps => {
			const dir = newFolder();
			const probeDir = newFolder();
			const now = ticking();
			const model = new Model();
			const quotas = {defaultBytes: limitBytes, bytesOf: {}};
			let store = open(dir, {limitBytes, now, quotas});
			const probe = open(probeDir);
			for (const [index, each] of steps.entries()) {
				if (each.kind === 'put') {
					const content = String(index).padEnd(each.length, 'x');
					const entry = entryOf(each.name, content);
					const size = sizeOf(probe, entry);
					store.put(entry);
					model.put(each.name, {content, size});
				} else if (each.kind === 'get') {
					const found = store.get(keyOf(each.name));
					t.is(found?.members[0]?.bytes.toString(), model.kept.get(each.name)?.content);
					model.use(each.name);
				} else if (each.kind === 'reopen') {
					store.close();
					store = open(dir, {limitBytes, now, quotas});
				} else store[each.kind]();
				t.is(store.usage().entries, model.kept.size);
				t.is(store.usage().sizeBytes, model.size);
			}
			for (const each of names) {
				const kept = model.kept.get(each);
				const found = answers(store, each);
				t.is(found.members?.[0]?.bytes, kept?.content);
				if (kept === undefined) t.deepEqual(found, nothing);
				else t.deepEqual(found.manifests, [manifestOf(each)]);
			}
			store.close();
			probe.close();
			rmSync(dir, {recursive: true});
			rmSync(probeDir, {recursive: true});
		}),
		{numRuns: 60},
	);
});
