/** A make.conf that Portage stops at. */
export class MakeConfRefused extends Error {
	readonly line: number;

	constructor(line: number, reason: string) {
		super(reason);
		this.name = 'MakeConfRefused';
		this.line = line;
	}
}

/** Python takes each of CRLF, CR and LF for the end of a line; Portage adds one that is missing at the end. */
function asPortageReads(text: string): string {
	const lines = text.replace(/\r\n?/g, '\n');
	return lines === '' || lines.endsWith('\n') ? lines : `${lines}\n`;
}

/** Quotes are off, variables not yet expanded. */
export interface Token {
	readonly text: string;
	/** Where it begins; from 1. */
	readonly line: number;
}

const wordCharacter = /[A-Za-z0-9~!@$%*_:;?,./\-+{}]/;

/**
 * The next token of make.conf, as Python's shlex in POSIX mode gives it with the word characters that Portage sets. Any other
 * character is a token by itself.
 */
export class TokenReader {
	readonly #text: string;
	#at = 0;
	#line = 1;

	constructor(text: string) {
		this.#text = asPortageReads(text);
	}

	get line(): number {
		return this.#line;
	}

	/** Undefined at the end. Throws MakeConfRefused. */
	next(): Token | undefined {
		this.#skipToToken();
		const line = this.#line;
		let text = '';
		let begun = false;
		for (;;) {
			const char = this.#text[this.#at];
			if (char === undefined || char === '#' || isShlexSpace(char)) {
				return begun ? {text, line} : undefined;
			}
			if (char === '"' || char === "'") {
				this.#take();
				text += this.#quoted(char, line);
			} else if (char === '\\') {
				this.#take();
				text += this.#escaped(line);
			} else if (wordCharacter.test(char)) {
				text += this.#take();
			} else {
				return begun ? {text, line} : {text: this.#take(), line};
			}
			begun = true;
		}
	}

	#skipToToken(): void {
		for (;;) {
			const char = this.#text[this.#at];
			if (char === '#') this.#skipLine();
			else if (char !== undefined && isShlexSpace(char)) this.#take();
			else return;
		}
	}

	#skipLine(): void {
		const end = this.#text.indexOf('\n', this.#at);
		this.#at = end < 0 ? this.#text.length : end;
	}

	#take(): string {
		const point = this.#text.codePointAt(this.#at);
		const char = point === undefined ? '' : String.fromCodePoint(point);
		this.#at += char.length;
		if (char === '\n') this.#line++;
		return char;
	}

	#escaped(line: number): string {
		const char = this.#take();
		if (char === '') throw new MakeConfRefused(line, 'a backslash with nothing after it');
		return char;
	}

	/** The opening quote has been taken. A backslash stays, but before a quote or a backslash in double quotes. */
	#quoted(quote: string, line: number): string {
		let text = '';
		for (;;) {
			const char = this.#take();
			if (char === '') throw new MakeConfRefused(line, `a quote (${quote}) that is not closed`);
			if (char === quote) return text;
			if (char !== '\\' || quote === "'") {
				text += char;
				continue;
			}
			const escaped = this.#escaped(line);
			text += escaped === '\\' || escaped === quote ? escaped : char + escaped;
		}
	}
}

const isShlexSpace = (char: string): boolean => char === ' ' || char === '\t' || char === '\n';
