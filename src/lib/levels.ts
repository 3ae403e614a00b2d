/** From the gravest on, with the numbers that syslog and systemd know (sd-daemon(3)). */
export const levels = {error: 3, warn: 4, info: 6, debug: 7, trace: 7} as const;
export type Level = keyof typeof levels;

export const levelNames = Object.keys(levels) as readonly Level[];

/** The one that says more; undefined says nothing. */
export function wider(one: Level | undefined, other: Level | undefined): Level | undefined {
	if (one === undefined || other === undefined) return one ?? other;
	return levelNames.indexOf(one) > levelNames.indexOf(other) ? one : other;
}
