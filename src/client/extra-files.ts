import type {CompileRequest} from '../protocol/frames.js';

/** SCCACHE_EXTRAFILES: a list of paths whose content is part of every key. */
export function extraFiles({env}: CompileRequest): readonly string[] {
	return (env.get('SCCACHE_EXTRAFILES') ?? '').split(':').filter(Boolean);
}
