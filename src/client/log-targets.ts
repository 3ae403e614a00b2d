/** The names of the daemon's parts, as SCCACHE_LOG picks them. */
export const logTargets = {
	/** The daemon itself. */
	daemon: 'sccache::daemon',
	/** One line a compile. */
	compile: 'sccache::compile',
	/** What goes to the farm, or does not. */
	dist: 'sccache::dist',
	/** The caches that hosts share. */
	tiers: 'sccache::tiers',
	/** The cache's own upkeep. */
	cache: 'sccache::cache',
} as const;
