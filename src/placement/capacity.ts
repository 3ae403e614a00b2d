import type {ServerFacts} from './facts.js';

type Slots = Pick<ServerFacts, 'slots' | 'extensions'>;

/** Jobs that may be on their way to a server, or waiting there, beyond its slots: what hides the round trip. */
function preload(slots: number): number {
	return 1 + Math.floor(slots / 4);
}

/** Jobs that a server may have. v1 servers run all at once, and are full where Mozilla's scheduler has them full. */
export function capacity({slots, extensions}: Slots): number {
	if (slots === 0) return 0;
	return extensions === 0 ? slots + 1 + Math.floor(slots / 8) : slots + preload(slots);
}
