import {parseLogFilter} from '../lib/log-filter.js';
import type {CompileRequest} from '../protocol/frames.js';
import type {Parts} from './unit.js';

/** SCCACHE_LOG in the environment of one compile: its decision is told as that says, whatever the daemon itself is set to. */
export function withOwnLog(parts: Parts, {env}: CompileRequest): Parts {
	const spec = env.get('SCCACHE_LOG') ?? '';
	if (spec === '') return parts;
	return {...parts, log: parts.log.and(parseLogFilter(spec, 'warn').filter)};
}
