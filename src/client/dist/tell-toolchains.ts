import type {Log} from '../../lib/log.js';
import type {Packing} from '../../toolchain/packer.js';

/** A toolchain that is packed while compiles go on here. */
export function tellPacking(log: Log, packing: Packing): void {
	const {compiler} = packing;
	switch (packing.state) {
		case 'begun':
			log.info('a toolchain is being packed', {compiler});
			break;
		case 'going on':
			log.trace('a toolchain is being packed', {compiler, ...packing.progress});
			break;
		case 'packed':
			log.info('a toolchain is packed', {compiler, ...packing.archive});
			break;
		case 'failed':
			log.warn("a toolchain can't be packed", {compiler, reason: packing.reason});
			break;
	}
}

const everyMs = 10_000;

export interface Upload {
	/** Its file's name: as a rule its id. */
	readonly toolchain: string;
	readonly server: string;
	readonly sizeBytes: number;
	/** How much has left this host. */
	readonly sentBytes: () => number;
}

/** Tells of an upload from its begin to its end, and meanwhile how far it is. What goes wrong is for the caller to tell. */
export async function tellUpload<Answer>(
	log: Log,
	{sentBytes, ...about}: Upload,
	sent: Promise<Answer>,
): Promise<Answer> {
	const startedMs = performance.now();
	log.info('a toolchain is being sent', about);
	const timer = setInterval(
		() => log.info('a toolchain is being sent', {...about, sentBytes: sentBytes()}),
		everyMs,
	);
	try {
		const answer = await sent;
		const ms = Math.round(performance.now() - startedMs);
		log.info('a toolchain is sent', {...about, ms});
		return answer;
	} finally {
		clearInterval(timer);
	}
}
