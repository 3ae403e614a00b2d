import type {CompileRequest} from '../protocol/frames.js';
import type {Parts} from './unit.js';
import type {Verdict} from './verdict.js';

/** A compile that has it is neither looked for nor kept. With a farm it may still go there. */
const noCache = 'SCCACHE_NO_CACHE';

export const hasNoCache = ({env}: CompileRequest): boolean => env.has(noCache);

/** No result that a server keeps will do either. */
export const isToBeFresh = ({env}: CompileRequest): boolean =>
	env.has(noCache) || env.has('SCCACHE_RECACHE');

/** The variable for which the compiler is left to itself; `uncacheable`: those of its own. */
export function forbiddingVariable(
	{distribution}: Parts,
	request: CompileRequest,
	uncacheable: (env: CompileRequest['env']) => string | undefined,
): string | undefined {
	return hasNoCache(request) && distribution === undefined ? noCache : uncacheable(request.env);
}

/** Of a compile that is not kept, though it could be. */
export function withoutEntry({entry, ...verdict}: Verdict): Verdict {
	return entry === undefined ? verdict : {...verdict, outcome: 'notCacheable', reason: noCache};
}
