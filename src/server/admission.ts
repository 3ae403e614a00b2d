/** What decides whether a job may be taken, or begun. */
export interface AdmissionFacts {
	/** Jobs that run at once. */
	readonly slots: number;
	readonly running: number;
	/** Taken, but not begun: their bodies are on the way, or they wait for a slot. */
	readonly waiting: number;
	readonly freeBytes: number;
	/** Of `freeBytes`, what jobs that began just now will still take. */
	readonly promisedBytes: number;
	readonly memoryPerJobBytes: number;
}

/** Why a job can't even wait here; undefined when it can. Few may: a job that waits here could run elsewhere. */
export function refusalOf(facts: AdmissionFacts): string | undefined {
	const {slots, running, waiting} = facts;
	if (running + waiting >= slots + 1 + Math.floor(slots / 4)) {
		return `${running} jobs run here and ${waiting} wait, which is all that ${slots} slots take`;
	}
	// With nothing of ours running, nothing of ours will free any.
	if (running === 0 && !hasMemory(facts)) {
		return `${toMiB(facts.freeBytes)} MiB of memory are free, and a job needs ${toMiB(facts.memoryPerJobBytes)}`;
	}
	return undefined;
}

/** Whether the next job of those that wait may begin. */
export function mayStart(facts: AdmissionFacts): boolean {
	return facts.running < facts.slots && hasMemory(facts);
}

function hasMemory({freeBytes, promisedBytes, memoryPerJobBytes}: AdmissionFacts): boolean {
	return freeBytes - promisedBytes >= memoryPerJobBytes;
}

const toMiB = (sizeBytes: number): number => Math.floor(sizeBytes / 1024 ** 2);
