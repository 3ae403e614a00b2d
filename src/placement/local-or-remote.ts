/** The two ways to do one compile, as its client sees them. */
export interface Alternatives {
	/** What the compile should take on a machine of speed 1. */
	readonly predictedMs: number;
	/** `finishMs`: as `finishHereMs` has it. */
	readonly here: {readonly freeSlots: number; readonly finishMs: number};
	/** `finishMs`: as `finishThereMs` has it. undefined: there is no farm. */
	readonly there: {readonly finishMs: number} | undefined;
}

/** Sending one away costs this machine about as much: preprocessed source out, object in, both through the daemon. */
const tinyMs = 50;
/** A free core here is worth it to wait a little longer. */
const clearly = 1.5;
const nearly = 1.2;

/** 'either': whichever has room first. */
export function localOrRemote({
	predictedMs,
	here,
	there,
}: Alternatives): 'local' | 'remote' | 'either' {
	if (there === undefined || predictedMs < tinyMs) return 'local';
	if (here.freeSlots > 0) return there.finishMs * clearly < here.finishMs ? 'remote' : 'local';
	if (there.finishMs > here.finishMs * nearly) return 'local';
	return there.finishMs * nearly < here.finishMs ? 'remote' : 'either';
}
