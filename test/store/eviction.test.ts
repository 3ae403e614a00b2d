import {rmSync} from 'node:fs';
import test from 'ava';
import {
	type Cut,
	type PackageSum,
	planEviction,
	usualQuotas,
} from '../../src/store/eviction-plan.js';
import type {Store} from '../../src/store/store.js';
import {entryOf, keyOf, newFolder, open, ticking} from './sample.js';

const mib = 1 << 20;
const sums = (
	name: string,
	{unproven = 0, proven = 0}: {unproven?: number; proven?: number},
): PackageSum => ({name, unprovenBytes: unproven * mib, provenBytes: proven * mib});

const cut = (name: string | undefined, proven: boolean, sizeMib: number): Cut => ({
	name,
	proven,
	sizeBytes: sizeMib * mib,
});

const planOf = (packages: readonly PackageSum[], bytesOf: Record<string, number> = {}) =>
	planEviction(packages, 100 * mib, {defaultBytes: 50 * mib, bytesOf});

test('within the limit nothing goes, whatever a package takes', t => {
	t.deepEqual(planOf([sums('www-client/chromium', {unproven: 100})]), []);
});

test('a package above its quota makes room alone while that is enough', t => {
	const large = sums('www-client/chromium', {unproven: 70, proven: 5});
	t.deepEqual(planOf([large, sums('app-misc/a', {unproven: 30})]), [
		cut('www-client/chromium', false, 15),
	]);
});

test('the rest is taken from what nobody asked for again, and then from what was served', t => {
	const small = [sums('app-misc/a', {unproven: 15, proven: 35}), sums('app-misc/b', {proven: 1})];
	t.deepEqual(planOf([...small, sums('dev-libs/c', {unproven: 8, proven: 42})]), [
		cut(undefined, false, 3),
		cut(undefined, true, 8),
	]);
	t.deepEqual(planOf([sums('app-misc/a', {unproven: 50}), sums('app-misc/b', {proven: 51})]), [
		cut('app-misc/b', true, 1),
		cut(undefined, false, 10),
	]);
});

test('a package’s own quota counts before the usual one, and what is of no package has none', t => {
	const packages = [sums('', {unproven: 61}), sums('www-client/chromium', {unproven: 40})];
	t.deepEqual(planOf(packages, {'www-client/chromium': 35 * mib}), [
		cut('www-client/chromium', false, 5),
		cut(undefined, false, 6),
	]);
	t.is(usualQuotas(1000).defaultBytes, 500);
});

const entryBytes = 2000;
const content = Buffer.alloc(entryBytes - 1000);

/** A cache with room for about so many entries, and what a build of these names finds there. */
function cacheOf(room: number) {
	const dir = newFolder();
	const now = ticking();
	const probe = open(dir, {now});
	probe.put(entryOf('probe', content));
	const limitBytes = probe.usage().sizeBytes * room;
	probe.close();
	const store = open(dir, {limitBytes, now, quotas: {defaultBytes: limitBytes, bytesOf: {}}});
	return {store, limitBytes, end: () => end(store, dir)};
}

function end(store: Store, dir: string): void {
	store.close();
	rmSync(dir, {recursive: true});
}

function build(store: Store, names: readonly string[], version = 'dev-libs/foo-1'): number {
	const hits = names.filter(name => store.get(keyOf(name)) !== undefined);
	const missed = names.filter(name => !hits.includes(name));
	for (const name of missed) store.put(entryOf(name, content, {package: version}));
	return hits.length;
}

const named = (prefix: string, count: number): readonly string[] =>
	Array.from({length: count}, (_, index) => `${prefix}${index}`);

test('what is built again and again survives builds of many times the cache’s size', t => {
	const {store, end} = cacheOf(100);
	const work = named('work', 60);
	build(store, work);
	t.is(build(store, work), 60);
	for (let round = 0; round < 8; round++) build(store, named(`once ${round} `, 100));
	t.is(build(store, work), 60);
	end();
});

test('what comes again after it made room stays, although it is new', t => {
	const {store, end} = cacheOf(50);
	const work = named('work', 20);
	build(store, work);
	build(store, named('once ', 50));
	t.is(build(store, work), 0);
	build(store, named('another ', 100));
	t.is(build(store, work), 20);
	end();
});

test('one large package leaves the others where they are', t => {
	const dir = newFolder();
	const now = ticking();
	const store = open(dir, {limitBytes: 100 * entryBytes, now});
	const small = named('small', 30);
	build(store, small, 'app-misc/small-1');
	for (let round = 0; round < 6; round++) {
		build(store, named(`large ${round} `, 40), `www-client/chromium-${round}`);
	}
	t.is(build(store, small, 'app-misc/small-1'), 30);
	t.true(store.usage().sizeBytes > 80 * entryBytes);
	end(store, dir);
});

/** Least recently used goes first, down to nine tenths: what the store is compared with. */
class PlainOrder {
	readonly #kept = new Map<string, true>();
	readonly #room: number;

	constructor(room: number) {
		this.#room = room;
	}

	ask(name: string): boolean {
		const isHit = this.#kept.delete(name);
		this.#kept.set(name, true);
		if (this.#kept.size > this.#room) {
			for (const oldest of this.#kept.keys()) {
				if (this.#kept.size <= this.#room * 0.9) break;
				this.#kept.delete(oldest);
			}
		}
		return isHit;
	}
}

/** Each request is for what was asked for so many others ago: an exponential distance, and nothing but recency. */
function recencyTrace(requests: number, meanDistance: number): readonly string[] {
	const order: number[] = [];
	let seed = 7;
	return Array.from({length: requests}, (_, index) => {
		seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
		const distance = Math.floor(-Math.log(1 - seed / 2 ** 32) * meanDistance);
		const [again = index] = distance < order.length ? order.splice(-1 - distance, 1) : [];
		order.push(again);
		return `t${again}`;
	});
}

for (const meanDistance of [40, 100]) {
	test(`where recency is all there is, it hits as often as plain LRU does, mean distance ${meanDistance}`, t => {
		const {store, end} = cacheOf(100);
		const plain = new PlainOrder(100);
		const trace = recencyTrace(3000, meanDistance);
		let hits = 0;
		let plainHits = 0;
		for (const name of trace) {
			if (plain.ask(name)) plainHits++;
			hits += build(store, [name]);
		}
		t.log(`${hits} hits of ${trace.length}, plain LRU ${plainHits}`);
		t.true(hits > plainHits * 0.97, `${hits} hits, plain LRU ${plainHits}`);
		end();
	});
}
