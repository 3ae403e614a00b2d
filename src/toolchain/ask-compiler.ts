import {execFile} from 'node:child_process';

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

export const askEnvironment = {LC_ALL: 'C', PATH: searchPath.join(':')} as const;

const timeoutMs = 30_000;

/** Asks as this user, in this place. */
export const askHere: AskCompiler = ([program = '', ...args]) =>
	new Promise(resolve => {
		const options = {
			env: askEnvironment,
			cwd: '/',
			timeout: timeoutMs,
			encoding: 'latin1',
		} as const;
		execFile(program, args, options, (error, stdout, stderr) => {
			const code = typeof error?.code === 'number' ? error.code : 127;
			const failed = error === null || typeof error.code === 'number' ? stderr : error.message;
			resolve({exitCode: error === null ? 0 : code, stdout, stderr: failed});
		}).stdin?.end();
	});

/** What a driver prints for one of its -print options; '' when it has none. */
export async function printed(ask: AskCompiler, driver: string, question: string): Promise<string> {
	const {exitCode, stdout} = await ask([driver, question]);
	return exitCode === 0 ? stdout.trim() : '';
}
