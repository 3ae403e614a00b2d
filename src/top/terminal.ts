import type {Size} from './frame/frame.js';
import {keysIn} from './frame/keys.js';
import {Screen} from './screen.js';

export interface TerminalOptions {
	readonly output: NodeJS.WriteStream;
	readonly input: NodeJS.ReadStream;
	/** Signals come to it. */
	readonly process: NodeJS.Process;
	readonly onKey: (key: string) => void;
	/** What was drawn is not there any more, or has another size. */
	readonly onRedraw: () => void;
	/** A signal that ends it, or the terminal is gone. */
	readonly onEnd: () => void;
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** A process that nobody can stop goes on. */
const stopMs = 300;

/** A terminal that is ours from `take` to `giveBack`: whatever happens between, it is left as it was found. */
export class Terminal {
	readonly #options: TerminalOptions;
	readonly #screen: Screen;
	#isTaken = false;
	#suspended: NodeJS.Timeout | undefined;

	constructor(options: TerminalOptions) {
		this.#options = options;
		this.#screen = new Screen(options.output);
	}

	get size(): Size {
		return this.#screen.size;
	}

	take(): void {
		const {output, input, process} = this.#options;
		for (const signal of endingSignals) process.on(signal, this.#end);
		process.on('SIGCONT', this.#resume);
		process.on('SIGTSTP', this.suspend);
		process.on('uncaughtExceptionMonitor', this.#release);
		output.on('resize', this.#redraw);
		output.on('error', this.#end);
		input.on('error', this.#end);
		input.on('data', this.#read);
		input.on('end', this.#inputEnds);
		this.#hold();
	}

	giveBack(): void {
		const {output, input, process} = this.#options;
		clearTimeout(this.#suspended);
		this.#release();
		for (const signal of endingSignals) process.off(signal, this.#end);
		process.off('SIGCONT', this.#resume);
		process.off('SIGTSTP', this.suspend);
		process.off('uncaughtExceptionMonitor', this.#release);
		output.off('resize', this.#redraw);
		input.off('data', this.#read);
		input.off('end', this.#inputEnds);
		input.pause();
	}

	draw(lines: readonly string[], size: Size): void {
		this.#screen.draw(lines, size);
	}

	/** The next frame is drawn as a whole. */
	forget(): void {
		this.#screen.forget();
	}

	/** To the shell, with all of the job that we are part of, until it continues us. */
	readonly suspend = (): void => {
		const {process} = this.#options;
		if (this.#suspended !== undefined) return;
		this.#release();
		// With nobody who listens the signal does what it does to every process.
		process.off('SIGTSTP', this.suspend);
		this.#suspended = setTimeout(this.#resume, stopMs);
		process.kill(0, 'SIGTSTP');
	};

	readonly #resume = (): void => {
		const {process, onRedraw} = this.#options;
		if (this.#suspended !== undefined) {
			clearTimeout(this.#suspended);
			this.#suspended = undefined;
			process.on('SIGTSTP', this.suspend);
		}
		// Whoever stopped us otherwise has the terminal as it was before.
		this.#release();
		this.#hold();
		onRedraw();
	};

	readonly #redraw = (): void => this.#options.onRedraw();
	readonly #end = (): void => this.#options.onEnd();

	/** Without a terminal to read from, keys are not awaited. */
	readonly #inputEnds = (): void => {
		if (this.#options.input.isTTY) this.#options.onEnd();
	};

	readonly #read = (bytes: Buffer): void => {
		for (const key of keysIn(bytes.toString('utf8'))) this.#options.onKey(key);
	};

	#hold(): void {
		const {input} = this.#options;
		if (input.isTTY) input.setRawMode(true);
		this.#screen.enter();
		this.#isTaken = true;
	}

	readonly #release = (): void => {
		const {input} = this.#options;
		if (!this.#isTaken) return;
		this.#isTaken = false;
		this.#screen.leave();
		if (input.isTTY) input.setRawMode(false);
	};
}
