import type {CompileCommand} from '../../compiler/command.js';
import {decorationOptions} from '../../compiler/decoration.js';
import {keyEnvironment} from '../../key/environment.js';
import type {RunJobRequest} from '../../protocol/dist/messages.js';
import type {CompileRequest} from '../../protocol/frames.js';
import type {Unit} from '../unit.js';
import {remoteLocale} from './locale.js';
import {toText} from './utf8.js';

/** Not sent: they lead to files of this machine, or are replaced by the one locale that a server has. */
const kept = (pair: string): boolean => !/^(?:LANG|LANGUAGE|LC_\w+|LD_LIBRARY_PATH)=/.test(pair);

/** What the server is to run. Throws AppError INPUTS_UNSENDABLE. */
export function remoteCommand(
	unit: Unit,
	executable: string,
	args: readonly string[],
): RunJobRequest {
	const {request, command, decoration} = unit;
	const epoch = request.env.get('SOURCE_DATE_EPOCH');
	const env = [
		...keyEnvironment(request.env).filter(kept),
		...(epoch === undefined ? [] : [`SOURCE_DATE_EPOCH=${epoch}`]),
		`PWD=${request.cwd}`,
		`LC_ALL=${remoteLocale(request.env).name}`,
	];
	return {
		command: {
			executable,
			arguments: [...decorationOptions(decoration), ...args].map(toText),
			envVars: env.map(pair => {
				const equals = pair.indexOf('=');
				return [toText(pair.slice(0, equals)), toText(pair.slice(equals + 1))] as const;
			}),
			cwd: toText(request.cwd),
		},
		outputs: command.outputs.map(({path}) => toText(path)),
	};
}

/** A variable that means something on this machine alone. */
export function variableOfThisMachine(
	{cwdMatters}: CompileCommand,
	{env, cwd}: CompileRequest,
): string | undefined {
	// GCC takes $PWD for the name of the cwd when it leads there; on a server only the cwd's own name does.
	if (cwdMatters && (env.get('PWD') ?? cwd) !== cwd) return 'PWD';
	return ['COMPILER_PATH', 'GCC_EXEC_PREFIX', 'SDKROOT'].find(name => env.has(name));
}
