import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';

const program = 'script';

/** A command of the shell on a pseudo-terminal of script(1): what it writes is drawn as a terminal would. */
export class PseudoTerminal {
	readonly #child: ChildProcess;
	readonly #ended: Promise<unknown>;
	#text = '';

	constructor(command: string, env: NodeJS.ProcessEnv, size = {columns: 80, rows: 24}) {
		const {columns, rows} = size;
		const whole = `echo "tty=$(tty)="; stty cols ${columns} rows ${rows}; ${command}`;
		this.#child = spawn(program, ['-q', '-f', '-e', '-c', whole, '/dev/null'], {
			env: {...env, TERM: 'xterm', SHELL: '/bin/sh', LC_ALL: 'C.UTF-8'},
			stdio: ['pipe', 'pipe', 'inherit'],
		});
		this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
			this.#text += text;
		});
		this.#ended = once(this.#child, 'close');
	}

	/** All that was written. */
	get text(): string {
		return this.#text;
	}

	/** What is on the alternate screen, if that is shown. */
	get screen(): readonly string[] {
		const from = this.#text.lastIndexOf('\u001b[?1049h');
		return from < this.#text.lastIndexOf('\u001b[?1049l') ? [] : screenOf(this.#text.slice(from));
	}

	type(text: string): void {
		this.#child.stdin?.write(text);
	}

	resize(columns: number, rows: number): void {
		const tty = /tty=(.*?)=/.exec(this.#text)?.[1] ?? '';
		execFileSync('stty', ['-F', tty, 'cols', String(columns), 'rows', String(rows)]);
	}

	/** Until it is so. Throws after half a minute, with what there is instead. */
	async until(isSo: (terminal: PseudoTerminal) => boolean): Promise<void> {
		for (let tries = 0; tries < 1500; tries++) {
			if (isSo(this)) return;
			await sleep(20);
		}
		throw new Error(`it never came to that:\n${this.screen.join('\n')}\n${this.#text.slice(-500)}`);
	}

	/** The command's exit status. */
	async end(): Promise<number | null> {
		await this.#ended;
		return this.#child.exitCode;
	}

	/** SIGTERM: script ends its command with itself; SIGKILL: the terminal is gone. */
	close(signal: NodeJS.Signals = 'SIGTERM'): void {
		this.#child.kill(signal);
	}
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal is told
const sequences = /\u001b\[(\?)?([\d;]*)([A-Za-z])|([^\u001b]+)/g;

/** Movements to the beginning of a line, clearing, and text: all that is used. */
function screenOf(text: string): readonly string[] {
	let lines: string[] = [];
	let row = 0;
	for (const [, mode, numbers = '', verb, letters] of text.matchAll(sequences)) {
		if (letters !== undefined) lines[row] = (lines[row] ?? '') + letters;
		else if (mode === undefined && verb === 'H') row = Number(numbers.split(';')[0] || 1) - 1;
		else if (verb === 'K') lines[row] = '';
		else if (verb === 'J') lines = [];
	}
	return Array.from(lines, line => line ?? '');
}
