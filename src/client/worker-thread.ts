import {parentPort, workerData} from 'node:worker_threads';
import type {ControlReply, ControlRequest, ControlVerb} from '../protocol/control.js';
import type {FromThread, ThreadData, ToThread} from './team.js';
import {createWorker, type Order, type OrderAnswers} from './worker.js';

/** A worker in its own thread: takes connections from the shared socket and orders from the team. */
const {fd, log, ...shared} = workerData as ThreadData;
const answers = new Map<number, (reply: ControlReply<ControlVerb>) => void>();
let nextId = 0;

function tell(message: FromThread): void {
	parentPort?.postMessage(message);
}

const worker = await createWorker({
	...shared,
	control: {
		answer: (request: ControlRequest) =>
			new Promise(resolve => {
				const id = nextId++;
				answers.set(id, resolve);
				tell({kind: 'ask', id, request});
			}),
	},
	log: {...log, now: Date.now, write: line => tell({kind: 'line', line})},
	maintains: false,
});

async function obey(order: Order): Promise<OrderAnswers[Order]> {
	if (order === 'live') return worker.parts.live.share();
	await worker[order]();
	return worker.activity();
}

parentPort?.on('message', async (message: ToThread) => {
	if (message.kind === 'answer') {
		answers.get(message.id)?.(message.reply);
		answers.delete(message.id);
	} else {
		tell({kind: 'done', id: message.id, answer: await obey(message.order)});
	}
});
worker.server.listen({fd}, () => tell({kind: 'ready'}));
