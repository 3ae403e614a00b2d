import type {ClientConfig} from '../../config/client-config.js';
import type {Environment} from '../../config/parse-variables.js';
import type {Progress} from '../../lib/progress.js';

/** What an action comes to; `run.ts` alone prints it. */
export interface Result {
	readonly stdout?: string;
	readonly stderr?: string;
	readonly exitCode: number;
}

/** What an action works with. */
export interface Context {
	readonly config: ClientConfig;
	readonly env: Environment;
	/** This program's script, to be run again as the daemon. */
	readonly script: string;
	readonly version: string;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	/** For what is said before the end is known. */
	readonly say: (text: string) => void;
	readonly warn: (text: string) => void;
	readonly progress: Progress;
}

/** As upstream words an error that is not of the compile. */
export function failure(message: string, hint?: string): Result {
	const hintLine = hint === undefined ? '' : `sccache: hint: ${hint}\n`;
	return {stderr: `sccache: error: ${message}\n${hintLine}`, exitCode: 2};
}
