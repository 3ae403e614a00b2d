import {parseArgs} from 'node:util';

export type StatsFormat = 'text' | 'json';

/** What the front was asked for. */
export type Action =
	| {readonly name: 'showStats'; readonly advanced: boolean; readonly format: StatsFormat}
	| {readonly name: 'packageToolchain'; readonly executable: string; readonly output: string}
	| {
			readonly name:
				| 'zeroStats'
				| 'startServer'
				| 'internalStartServer'
				| 'stopServer'
				| 'distStatus'
				| 'distAuth'
				| 'debugPreprocessorCache'
				| 'help'
				| 'version';
	  };

/** Not one action, or not one that there is. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}

const flags = {
	'show-stats': {type: 'boolean', short: 's'},
	'show-adv-stats': {type: 'boolean'},
	'stats-format': {type: 'string'},
	'zero-stats': {type: 'boolean', short: 'z'},
	'start-server': {type: 'boolean'},
	'internal-start-server': {type: 'boolean'},
	'stop-server': {type: 'boolean'},
	'dist-status': {type: 'boolean'},
	'dist-auth': {type: 'boolean'},
	'debug-preprocessor-cache': {type: 'boolean'},
	'package-toolchain': {type: 'boolean'},
	help: {type: 'boolean', short: 'h'},
	version: {type: 'boolean', short: 'V'},
} as const;

const plain = {
	'zero-stats': 'zeroStats',
	'start-server': 'startServer',
	'internal-start-server': 'internalStartServer',
	'stop-server': 'stopServer',
	'dist-status': 'distStatus',
	'dist-auth': 'distAuth',
	'debug-preprocessor-cache': 'debugPreprocessorCache',
	help: 'help',
	version: 'version',
} as const;

/** The one action of a command line. Throws UsageError. */
export function parseAction(args: readonly string[]): Action {
	const {values, positionals} = parse(args);
	const {'stats-format': format = 'text', ...chosen} = values;
	if (format !== 'text' && format !== 'json') {
		throw new UsageError(
			`invalid value '${format}' for '--stats-format <FMT>' [possible values: text, json]`,
		);
	}
	const [name, ...others] = Object.keys(chosen) as (keyof typeof chosen)[];
	if (name === undefined) throw new UsageError('one action is required');
	const [other] = others;
	if (other !== undefined) {
		throw new UsageError(`the argument '--${name}' cannot be used with '--${other}'`);
	}
	if (name === 'package-toolchain') return packageToolchain(positionals);
	const [extra] = positionals;
	if (extra !== undefined) throw new UsageError(`unexpected argument '${extra}' found`);
	if (name === 'show-stats' || name === 'show-adv-stats') {
		return {name: 'showStats', advanced: name === 'show-adv-stats', format};
	}
	return {name: plain[name]};
}

function parse(args: readonly string[]) {
	try {
		return parseArgs({args: [...args], options: flags, allowPositionals: true});
	} catch (error) {
		throw new UsageError((error as Error).message);
	}
}

function packageToolchain([executable, output, ...rest]: readonly string[]): Action {
	if (executable === undefined || output === undefined || rest.length > 0) {
		throw new UsageError("'--package-toolchain' takes <EXE> <OUT>");
	}
	return {name: 'packageToolchain', executable, output};
}
