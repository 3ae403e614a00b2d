import {type ChildProcessByStdio, spawn} from 'node:child_process';
import type {Readable, Writable} from 'node:stream';
import {AppError} from '../lib/errors.js';
import {endGroup} from './end-tree.js';

/** What came of one. */
export interface ErrandResult {
	readonly code: number;
	/** What it printed when it failed, on one line. */
	readonly said: string;
}

/**
 * One program after another, each named by a line of plain words. The shell's own builtins do the rest; it ends with its input.
 */
const script = `set -f
while read -r id words; do
	said=$($words 2>&1 </dev/null)
	code=$?
	[ "$code" = 0 ] && said=
	set -- $said
	printf '%s %s %s\\n' "$id" "$code" "$*"
done`;

/** Nothing that a shell could take for more than a part of a word. */
const plainWord = /^[\w@%+=:,./-]+$/;

interface Waiting {
	readonly resolve: (result: ErrandResult) => void;
	readonly reject: (error: AppError) => void;
	readonly timer: NodeJS.Timeout;
}

type Shell = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Short programs, run from a small process of its own, one after another: a fork copies the page tables of who forks, which holds up a
 * Node process of some hundred megabytes for milliseconds.
 */
export class Errands {
	#shell: Shell | undefined;
	readonly #waiting = new Map<string, Waiting>();
	#serial = 0;
	#partLine = '';

	/** `argv`: an absolute path and plain words. Throws EXEC_FAILED when it is not done in time, or can't be begun. */
	run(argv: readonly string[], timeoutMs: number): Promise<ErrandResult> {
		const odd = argv.find(word => !plainWord.test(word));
		if (odd !== undefined) throw new Error(`${JSON.stringify(odd)} is no plain word`);
		const shell = this.#shell ?? this.#start();
		const id = String(this.#serial++);
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => endGroup(shell.pid as number), timeoutMs);
			this.#waiting.set(id, {resolve, reject, timer});
			shell.stdin.write(`${id} ${argv.join(' ')}\n`);
		});
	}

	/** After the last one. */
	close(): void {
		this.#shell?.stdin.end();
	}

	#start(): Shell {
		const shell = spawn('/bin/sh', ['-c', script], {
			stdio: ['pipe', 'pipe', 'ignore'],
			cwd: '/',
			env: {},
			detached: true,
		});
		this.#shell = shell;
		shell.stdin.on('error', () => {});
		shell.stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
		const over = (why: string) => this.#fail(shell, why);
		shell.once('error', error => over(error.message));
		shell.once('exit', (code, signal) => over(`it ended with ${code ?? signal}`));
		shell.unref();
		return shell;
	}

	#hear(text: string): void {
		const lines = `${this.#partLine}${text}`.split('\n');
		this.#partLine = lines.pop() ?? '';
		for (const line of lines) {
			const [, id = '', code = '', said = ''] = /^(\d+) (\d+) (.*)$/.exec(line) ?? [];
			const waiting = this.#waiting.get(id);
			this.#waiting.delete(id);
			clearTimeout(waiting?.timer);
			waiting?.resolve({code: Number(code), said});
		}
	}

	/** The next one gets a new shell. */
	#fail(shell: Shell, why: string): void {
		if (this.#shell !== shell) return;
		this.#shell = undefined;
		this.#partLine = '';
		for (const {reject, timer} of this.#waiting.values()) {
			clearTimeout(timer);
			reject(new AppError('EXEC_FAILED', `a program could not be run to its end: ${why}`));
		}
		this.#waiting.clear();
	}
}
