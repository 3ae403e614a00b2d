import type {LiveView} from '../../protocol/live.js';

/** What has become of a view since the one before, as it is sent to those who watch. */
export interface LiveChanges {
	readonly atMs: number;
	/** Those that are not lists. */
	readonly fields?: Partial<Record<PlainField, string | number>>;
	readonly servers?: ListChanges;
	readonly clients?: ListChanges;
	readonly jobs?: ListChanges;
}

export type PlainField = Exclude<keyof LiveView, ListName | 'atMs'>;
export type ListName = 'servers' | 'clients' | 'jobs';

export interface ListChanges {
	/** Of each its key and what has changed of it; all, when it is new. null: it is not there any more. */
	readonly set: readonly Readonly<Record<string, unknown>>[];
	/** Keys. */
	readonly gone: readonly string[];
}

/** What an entry of a list is known by. */
export const keyFields = {servers: 'address', clients: 'host', jobs: 'id'} as const;

/** Fields that go on by themselves, and what a millisecond adds to them: they are sent when they do not. */
export const clockFields: Readonly<Record<ListName, Readonly<Record<string, 1 | -1>>>> = {
	servers: {lastSeenMs: 1, quarantineMs: -1},
	clients: {lastSeenMs: 1},
	jobs: {ageMs: 1},
};
