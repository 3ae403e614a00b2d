import {connect} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Endpoint} from '../plan/endpoints.js';

const pauseMs = 100;

/** Waits until something listens everywhere: not every init system tells when a service is ready. In vain, it ends after `limitMs`. */
export async function untilServing(endpoints: readonly Endpoint[], limitMs: number): Promise<void> {
	const end = Date.now() + limitMs;
	for (const endpoint of endpoints) {
		while (!(await listens(endpoint)) && Date.now() < end) await sleep(pauseMs);
	}
}

function listens(endpoint: Endpoint): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect({...endpoint, timeout: 1000});
		const done = (answer: boolean) => {
			socket.destroy();
			resolve(answer);
		};
		socket.once('connect', () => done(true));
		socket.once('error', () => done(false));
		socket.once('timeout', () => done(false));
	});
}
