import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {cliEnvironment, ownProgram} from './small-tree.js';

export const keys = {enter: '\r', down: '\u001B[B', space: ' ', interrupt: '\u0003'};

/** `sccache-gentoo` on a pseudo-terminal of script(1), and somebody who reads and types. */
export class Terminal {
	readonly #child: ChildProcess;
	#text = '';
	#seen = 0;
	#wake: () => void = () => {};
	readonly #ended: Promise<unknown>;

	constructor(args: readonly string[]) {
		const command = [ownProgram, ...args].map(word => `'${word}'`).join(' ');
		this.#child = spawn(
			'script',
			[
				'--quiet',
				'--flush',
				'--return',
				'--command',
				`stty cols 120 rows 60; exec ${command}`,
				'/dev/null',
			],
			{
				env: {...cliEnvironment, TERM: 'xterm', SHELL: '/bin/sh'},
				stdio: ['pipe', 'pipe', 'inherit'],
			},
		);
		this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
			this.#text += text;
			this.#wake();
		});
		this.#ended = once(this.#child, 'close').then(() => this.#wake());
	}

	/** All that was shown, without colours and movements. */
	get text(): string {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal is told
		return this.#text.replace(/\u001B\[[\d;?]*[A-Za-z]/g, '').replaceAll('\r', '');
	}

	/** Waits until it shows, after what was waited for before, and answers it. Throws when the program ends without. */
	async answer(expected: string, ...typed: readonly string[]): Promise<void> {
		for (;;) {
			const at = this.text.indexOf(expected, this.#seen);
			if (at >= 0) {
				this.#seen = at + expected.length;
				break;
			}
			if (this.#child.exitCode !== null)
				throw new Error(`${expected} was not shown:\n${this.text}`);
			await new Promise<void>(resolve => {
				this.#wake = resolve;
			});
		}
		for (const each of typed) this.#child.stdin?.write(each);
	}

	/** The exit status. */
	async end(): Promise<number | null> {
		await this.#ended;
		return this.#child.exitCode;
	}

	close(): void {
		this.#child.kill('SIGKILL');
	}
}
