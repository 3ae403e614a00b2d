import {fstatSync} from 'node:fs';
import {logConfig} from '../config/log-config.js';
import type {Environment} from '../config/parse-variables.js';
import type {Level} from '../lib/levels.js';
import {createLog, type Log, type LogOptions} from '../lib/log.js';
import {everything} from '../lib/log-filter.js';
import {openSyslog} from '../lib/syslog.js';

export interface DaemonLogOptions {
	readonly env: Environment;
	/** The daemon's name as SCCACHE_LOG knows it. */
	readonly target: string;
	/** Without SCCACHE_LOG. */
	readonly usual: Level;
	/** To syslog, at this level. */
	readonly syslog?: {readonly identity: string; readonly level: Level} | undefined;
}

export interface DaemonLog {
	readonly log: Log;
	/** What `log` was made with, for other threads. */
	readonly options: LogOptions;
	close(): Promise<void>;
}

/** Where a daemon's log goes: syslog where that was asked for, else stderr, which may be the journal. */
export function openDaemonLog({env, target, usual, syslog}: DaemonLogOptions): DaemonLog {
	// Whoever read what we say may be gone: the daemon goes on.
	process.stderr.on('error', () => {});
	const toStderr = (line: string) => void process.stderr.write(line);
	const {filter, format, journalStream, isForSyslog, millis, warnings} = logConfig(env, usual);
	const {write, close} =
		syslog === undefined
			? {write: toStderr, close: async () => {}}
			: openSyslog(syslog.identity, toStderr);
	const prefixed = syslog !== undefined || isForSyslog || isStderr(journalStream);
	const options = {
		target,
		filter: syslog === undefined ? filter : everything(syslog.level),
		style: {format, millis, prefixed},
		now: Date.now,
		write,
	};
	const log = createLog(options);
	for (const warning of warnings) log.warn(warning);
	return {log, options, close};
}

/** A child of a service inherits the variable, wherever its own stderr leads. */
function isStderr(stream: string | undefined): boolean {
	if (stream === undefined) return false;
	try {
		const {dev, ino} = fstatSync(2, {bigint: true});
		return stream === `${dev}:${ino}`;
	} catch {
		return false;
	}
}
