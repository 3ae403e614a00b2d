import {expandValue} from './make-conf-expand.js';
import {MakeConfRefused, type Token, TokenReader} from './make-conf-token.js';

export interface Assignment {
	readonly name: string;
	/** Without quotes, not expanded. */
	readonly value: string;
	/** With the variables that the file set before. */
	readonly expanded: string;
	/** Of the name; from 1. Of the including file, for a sourced one. */
	readonly line: number;
}

export type Reading =
	| {readonly kind: 'read'; readonly assignments: readonly Assignment[]}
	/** Portage stops here too. */
	| {readonly kind: 'refused'; readonly line: number; readonly reason: string};

/** The text of a sourced file, or undefined if there is none. `path` as written and expanded. */
export type ReadSourced = (path: string) => string | undefined;

const deepestSource = 32;

/** Reads make.conf by Portage's own grammar, which is not bash's. Without `readSourced`, sourced files count for empty. */
export function readMakeConf(
	text: string,
	readSourced: ReadSourced = () => '',
	known: ReadonlyMap<string, string> = new Map(),
): Reading {
	const variables = new Map(known);
	const assignments: Assignment[] = [];
	const tokens = new SourcingReader(text, path => readSourced(expandValue(path, variables)));
	try {
		for (let token = tokens.next(); token !== undefined; token = tokens.next()) {
			const name = token.text === 'export' ? tokens.next() : token;
			if (name === undefined) break;
			const equals = tokens.next();
			if (!equals?.text) {
				throw new MakeConfRefused(name.line, `${quoted(name.text)} has no = after it`);
			}
			if (equals.text !== '=') {
				throw new MakeConfRefused(
					name.line,
					`${quoted(equals.text)} stands where the = after ${quoted(name.text)} should be`,
				);
			}
			const value = tokens.next();
			if (value === undefined) throw new MakeConfRefused(name.line, `${name.text} has no value`);
			if (/^\p{Nd}|[^\p{L}\p{N}_]/u.test(name.text)) {
				throw new MakeConfRefused(name.line, `${quoted(name.text)} can't be a variable's name`);
			}
			const expanded = expandValue(value.text, variables);
			variables.set(name.text, expanded);
			assignments.push({name: name.text, value: value.text, expanded, line: name.line});
		}
		return {kind: 'read', assignments};
	} catch (error) {
		if (!(error instanceof MakeConfRefused)) throw error;
		return {kind: 'refused', line: error.line, reason: error.message};
	}
}

/** Follows `source`: the word counts wherever a token can stand. */
class SourcingReader {
	readonly #files: TokenReader[];
	readonly #read: ReadSourced;

	constructor(text: string, read: ReadSourced) {
		this.#files = [new TokenReader(text)];
		this.#read = read;
	}

	next(): Token | undefined {
		for (;;) {
			const file = this.#files.at(-1);
			if (file === undefined) return undefined;
			const token = this.#lexed(file);
			if (token === undefined) {
				if (this.#files.length === 1) return undefined;
				this.#files.pop();
			} else if (token.text === 'source') {
				this.#enter(file, token.line);
			} else {
				return {text: token.text, line: this.#outerLine(token.line)};
			}
		}
	}

	#lexed(file: TokenReader): Token | undefined {
		try {
			return file.next();
		} catch (error) {
			if (!(error instanceof MakeConfRefused)) throw error;
			throw new MakeConfRefused(this.#outerLine(error.line), error.message);
		}
	}

	#enter(file: TokenReader, line: number): void {
		const path = this.#lexed(file);
		const at = this.#outerLine(line);
		if (!path?.text) throw new MakeConfRefused(at, 'source names no file');
		const text = this.#read(path.text);
		if (text === undefined)
			throw new MakeConfRefused(at, `there is no file ${path.text} to source`);
		if (this.#files.length > deepestSource) {
			throw new MakeConfRefused(at, 'files source one another without end');
		}
		this.#files.push(new TokenReader(text));
	}

	#outerLine(line: number): number {
		return this.#files.length === 1 ? line : (this.#files[0]?.line ?? line);
	}
}

const quoted = (text: string): string => JSON.stringify(text);
