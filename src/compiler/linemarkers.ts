/** A linemarker with flag 1: here begins a file (GCC manual, cpp, "Preprocessor Output"). Names that `#line` gives lack the flag. */
const beginsFile = /^# \d+ "((?:[^"\\]|\\.)*)" 1(?: [34])*$/;

/** Collects the files that preprocessed text says it came from, while the text passes by. */
export class LinemarkerFiles {
	readonly #files = new Set<string>();
	#rest = '';

	push(chunk: Buffer): void {
		const text = this.#rest + chunk.toString('latin1');
		const end = text.lastIndexOf('\n') + 1;
		this.#read(text.slice(0, end));
		this.#rest = text.slice(end);
	}

	/** All files, each once, in the order of their first appearance. */
	end(): readonly string[] {
		this.#read(`${this.#rest}\n`);
		this.#rest = '';
		return [...this.#files];
	}

	#read(text: string): void {
		let start = text.startsWith('# ') ? 0 : text.indexOf('\n# ') + 1;
		while (start > 0 || (start === 0 && text.startsWith('# '))) {
			const end = text.indexOf('\n', start);
			if (end === -1) {
				return;
			}
			const name = beginsFile.exec(text.slice(start, end))?.[1];
			if (name !== undefined && !/^<.*>$/.test(name)) {
				this.#files.add(unescaped(name));
			}
			const next = text.indexOf('\n# ', end);
			if (next === -1) {
				return;
			}
			start = next + 1;
		}
	}
}

function unescaped(name: string): string {
	return name.includes('\\')
		? name.replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
				code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : code,
			)
		: name;
}
