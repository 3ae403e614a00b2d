import {setTimeout as sleep} from 'node:timers/promises';
import type {PrivateDaemon} from '../helpers/private-daemon.js';
import {type Bench, output} from './bench.js';
import {inTurns, type Place} from './spawn-timer.js';

const tries = 200;
/** Of copies that no figure comes to. */
const first = 1_000_000;

/** Compiles, C and C++, until both are done on a server: by then their toolchain is packed, sent, and has been tried there. */
export async function untilRemote(bench: Bench, daemon: PrivateDaemon, place: Place) {
	for (const source of ['hello.c', 'mid.cpp'] as const) {
		const before = daemon.counters().remote;
		for (let n = first; daemon.counters().remote === before; n++) {
			if (n === first + tries) throw new Error(`${source} is never compiled on a server`);
			bench.copies(source, 1, n);
			inTurns(place, {first: n, count: 1, file: output}, [bench.ours(`{n}-${source}`)]);
			await sleep(100);
		}
	}
}
