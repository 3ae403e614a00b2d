/** What is counted of each shared store. */
export type TierCounter =
	/** Compiles that it answered. */
	| 'hits'
	/** Compiles that it did not. */
	| 'misses'
	| 'hitMs'
	/** Questions that failed. */
	| 'errors'
	| 'timeouts'
	/** Questions that were not asked: it is left alone, or too slow. */
	| 'skipped'
	/** Objects that were damaged, misplaced or not signed. */
	| 'rejected'
	| 'readBytes'
	/** Objects. */
	| 'writes'
	| 'writeMs'
	| 'writeErrors'
	/** Objects that were not written, for want of room or because it is left alone. */
	| 'dropped'
	| 'writtenBytes'
	/** Results that came from here and went to nearer stores, or came from a farther one. */
	| 'backfillsFrom'
	| 'backfillsTo';
