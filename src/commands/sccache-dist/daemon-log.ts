import type {Environment} from '../../config/parse-variables.js';
import {createLog, type Level, type Log, levels} from '../../lib/log.js';
import {openSyslog} from '../../lib/syslog.js';

export const levelNames = Object.keys(levels) as Level[];

export interface DaemonLog {
	readonly log: Log;
	close(): Promise<void>;
}

/** With a level for syslog: to there. Else to stderr, at the level of SCCACHE_LOG, or info. */
export function openDaemonLog(
	identity: string,
	syslogLevel: Level | undefined,
	env: Environment,
): DaemonLog {
	// Whoever read what we say may be gone: the daemon goes on.
	process.stderr.on('error', () => {});
	const toStderr = (line: string) => void process.stderr.write(line);
	if (syslogLevel !== undefined) {
		const {write, close} = openSyslog(identity, toStderr);
		return {log: createLog({level: syslogLevel, write, prefixed: true}), close};
	}
	const level = levelNames.find(name => name === env.SCCACHE_LOG) ?? 'info';
	const prefixed = env.JOURNAL_STREAM !== undefined;
	return {log: createLog({level, write: toStderr, prefixed}), close: async () => {}};
}
