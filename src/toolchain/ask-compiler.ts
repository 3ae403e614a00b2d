import {run} from '../exec/run.js';
import {AppError} from '../lib/errors.js';

export interface Answer {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs a compiler where it can be asked, with `askEnvironment`; never fails for its exit code. */
export type AskCompiler = (argv: readonly string[]) => Promise<Answer>;

/** Where programs are looked for, whoever asks: the archive must not depend on a user's own PATH. */
export const searchPath = [
	'/usr/local/sbin',
	'/usr/local/bin',
	'/usr/sbin',
	'/usr/bin',
	'/sbin',
	'/bin',
] as const;

const askEnvironment = {LC_ALL: 'C', PATH: searchPath.join(':')} as const;

const timeoutMs = 30_000;
/** As a shell says that a program could not be run. */
const notRun = 127;

/** Asks as this user, in this place. */
export const askHere: AskCompiler = async argv => {
	try {
		const {exit, stdout, stderr} = await run(argv, {env: askEnvironment, cwd: '/', timeoutMs});
		return {
			exitCode: 'code' in exit ? exit.code : notRun,
			stdout: stdout.toString('latin1'),
			stderr: stderr.toString('latin1'),
		};
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		return {exitCode: notRun, stdout: '', stderr: error.message};
	}
};

/** What a driver prints for one of its -print options; '' when it has none. */
export async function printed(ask: AskCompiler, driver: string, question: string): Promise<string> {
	const {exitCode, stdout} = await ask([driver, question]);
	return exitCode === 0 ? stdout.trim() : '';
}
