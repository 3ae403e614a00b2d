import type {Level} from '../lib/levels.js';
import {everything, type LogFilter, parseLogFilter} from '../lib/log-filter.js';
import type {LineStyle} from '../lib/log-line.js';
import type {Environment} from './parse-variables.js';

/** What a daemon is told of its log, by its environment alone. */
export interface LogConfig {
	readonly filter: LogFilter;
	readonly format: LineStyle['format'];
	/** Whether whoever takes the lines wants the level in front of each: a service manager that says so, or logger(1). */
	readonly isForSyslog: boolean;
	/** Device and inode of the journal's stream, `dev:ino`, as systemd.exec(5) says. */
	readonly journalStream: string | undefined;
	readonly millis: boolean;
	readonly warnings: readonly string[];
}

/** `usual`: without SCCACHE_LOG. Never throws: a build does not fail over a log. */
export function logConfig(env: Environment, usual: Level): LogConfig {
	const {SCCACHE_LOG: spec = '', SCCACHE_LOG_FORMAT: format = ''} = env;
	const parsed =
		spec === '' ? {filter: everything(usual), warnings: []} : parseLogFilter(spec, usual);
	const isKnown = ['', 'text', 'json', 'syslog'].includes(format);
	return {
		filter: parsed.filter,
		format: format === 'json' ? 'json' : 'text',
		isForSyslog: format === 'syslog',
		journalStream: env.JOURNAL_STREAM,
		millis: env.SCCACHE_LOG_MILLIS !== undefined,
		warnings: [
			...parsed.warnings,
			...(isKnown ? [] : ['SCCACHE_LOG_FORMAT is ignored: expected text, json or syslog']),
		],
	};
}
