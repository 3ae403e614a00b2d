import {loadClientConfig} from '../../config/load.js';
import type {Environment} from '../../config/parse-variables.js';
import {AppError} from '../../lib/errors.js';
import {type ProgressStream, progressOn} from '../../lib/progress.js';
import {packageVersion} from '../package-info.js';
import {type Action, parseAction, UsageError} from './action.js';
import {debugPreprocessorCache} from './debug-preprocessor-cache.js';
import {distAuth} from './dist-auth.js';
import {distStatus} from './dist-status.js';
import {help} from './help.js';
import {internalStartServer} from './internal-start-server.js';
import {packageToolchain} from './package-toolchain.js';
import {type Context, failure, type Result} from './result.js';
import {showStats} from './show-stats.js';
import {spawnDaemon, startServer} from './start-server.js';
import {stopServer} from './stop-server.js';
import {zeroStats} from './zero-stats.js';

export interface Invocation {
	readonly args: readonly string[];
	readonly env: Environment;
	/** The script that was started. */
	readonly script: string;
	readonly stdout: NodeJS.WritableStream;
	readonly stderr: NodeJS.WritableStream & Pick<ProgressStream, 'isTTY' | 'columns'>;
}

/** The front of sccache: runs one action, prints what it comes to, answers with the exit code. */
export async function runFront(invocation: Invocation): Promise<number> {
	const result = await decide(invocation);
	if (result.stdout) invocation.stdout.write(result.stdout);
	if (result.stderr) invocation.stderr.write(result.stderr);
	return result.exitCode;
}

async function decide(invocation: Invocation): Promise<Result> {
	const {args, env} = invocation;
	const asDaemon = env.SCCACHE_START_SERVER === '1';
	if (asDaemon && args.length > 0 && args[0] !== '--internal-start-server') {
		const stdout = "sccache: `SCCACHE_START_SERVER=1` can't be used with other commands\n";
		return {stdout, exitCode: 1};
	}
	try {
		const action = asDaemon && args.length === 0 ? undefined : parseAction(args);
		if (action?.name === 'help') return {stdout: help, exitCode: 0};
		const version = packageVersion();
		if (action?.name === 'version') return {stdout: `sccache ${version}\n`, exitCode: 0};
		const {script, stdout, stderr} = invocation;
		const context: Context = {
			config: loadClientConfig(env),
			env,
			script,
			version,
			now: Date.now,
			say: text => void stdout.write(text),
			progress: progressOn(stderr, env.TERM, Date.now),
			warn: text => void stderr.write(`sccache: warning: ${text}\n`),
		};
		if (!becomesDaemon(action, context)) warn(context);
		return await (action ? act(action, context) : becomeDaemon(context));
	} catch (error) {
		return explain(error);
	}
}

/** The daemon gives the warnings itself, where its log is. */
function becomesDaemon(action: Action | undefined, {config}: Context): boolean {
	const starts = action === undefined || action.name === 'startServer';
	return action?.name === 'internalStartServer' || (starts && config.noDaemon);
}

/** One line names all that was asked for and is not there yet. */
function warn({config, warn}: Context): void {
	const later = config.notYet.length > 0 ? [`not supported yet: ${config.notYet.join(', ')}`] : [];
	for (const line of [...later, ...config.warnings]) warn(line);
}

function act(action: Action, context: Context): Result | Promise<Result> {
	switch (action.name) {
		case 'showStats':
			return showStats(context, action);
		case 'zeroStats':
			return zeroStats(context);
		case 'startServer':
			return startServer(context);
		case 'internalStartServer':
			return internalStartServer(context);
		case 'stopServer':
			return stopServer(context);
		case 'distStatus':
			return distStatus(context);
		case 'debugPreprocessorCache':
			return debugPreprocessorCache(context);
		case 'packageToolchain':
			return packageToolchain(context, action);
		case 'distAuth':
			return distAuth(context);
		default:
			throw new Error(`no such action: ${action.name}`);
	}
}

/** SCCACHE_START_SERVER=1 and no command. */
async function becomeDaemon(context: Context): Promise<Result> {
	if (context.config.noDaemon) return internalStartServer(context);
	return (await spawnDaemon(context)) ?? {exitCode: 0};
}

function explain(error: unknown): Result {
	if (error instanceof UsageError) {
		const stderr = `error: ${error.message}\n\nFor more information, try '--help'.\n`;
		return {stderr, exitCode: 2};
	}
	if (error instanceof AppError) return failure(error.message, error.hint);
	throw error;
}
