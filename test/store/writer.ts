import {parentPort, workerData} from 'node:worker_threads';
import {AppError} from '../../src/lib/errors.js';
import {entryOf, keyOf, open} from './sample.js';

/** Puts and asks for entries until it is killed, or for as many rounds as a thread is told. `loses` says that a put may fail. */
const [dir = '', seed = '0', loses = ''] =
	parentPort === null ? process.argv.slice(2) : (workerData as string[]);
const rounds = parentPort === null ? Number.POSITIVE_INFINITY : 300;

/** Content that tells to which name it belongs, so that a wrong one shows. */
export function contentOf(name: string, version: number): string {
	return `${name} ${version} `.repeat(200 + (version % 300));
}

if (dir !== '') {
	const store = open(dir, {limitBytes: 300_000, now: Date.now});
	parentPort?.postMessage('begun');
	process.send?.('begun');
	for (let round = 0; round < rounds; round++) {
		const name = `n${(round * 7 + Number(seed)) % 150}`;
		try {
			store.put(entryOf(name, contentOf(name, round)));
		} catch (error) {
			if (loses === '' || !(error instanceof AppError)) throw error;
		}
		const asked = `n${(round * 13) % 150}`;
		const found = store.get(keyOf(asked));
		const text = found?.members[0]?.bytes.toString() ?? `${asked} `;
		if (!text.startsWith(`${asked} `)) throw new Error(`${asked} is ${text.slice(0, 20)}`);
		store.manifests(keyOf(`direct ${asked}`));
		if (round % 10 === 0) store.flush();
		if (round % 50 === 0) store.maintain();
	}
	store.close();
}
