/** What a source's text can make the compiler read beside itself. Found by text alone, so a superset of what is really read. */

export interface IncludeDirective {
	readonly form: 'quote' | 'angle';
	readonly name: string;
	/** #include_next */
	readonly next: boolean;
	/** __has_include: the answer is whether there is one. */
	readonly probe: boolean;
}

export type TimeMacro = '__DATE__' | '__TIME__' | '__TIMESTAMP__';

export interface SourceScan {
	readonly directives: readonly IncludeDirective[];
	/** An #include whose name a macro makes. */
	readonly computed: boolean;
	/** A __has_include whose name a macro makes. */
	readonly computedProbe: boolean;
	readonly timeMacros: ReadonlySet<TimeMacro>;
	/** How it can ask for the name of a file that is compiled: the preprocessor answers, or the compiler. */
	readonly asksForNames: 'preprocessor' | 'compiler' | undefined;
	/** It can ask for the column it stands in, which preprocessed text does not show. */
	readonly asksForColumns: boolean;
	/** What reads files that we do not follow, as the statistics name it. */
	readonly unfollowed: string | undefined;
}

// A comment is matched in one way only: what could match in several takes a time that grows with the square of the text.
const comment = String.raw`\/\*[^*]*(?:\*(?!\/)[^*]*)*\*\/`;
const space = String.raw`(?:[ \t\f\v]|${comment})*`;
// Whatever comments stand before the hash, the last one ends with these two characters.
const hash = String.raw`(?:^|\*\/)[ \t\f\v]*(?:#|%:|\?\?=)${space}`;
// What stands in a comment: no macro makes a file's name of what begins so.
const noMacro = "(['.,:;)])";
const directive = new RegExp(
	String.raw`${hash}(include_next|include|import)\b${space}(?:(<[^>\n]*>|"[^"\n]*")|${noMacro})?`,
	'gm',
);
const probe = new RegExp(
	String.raw`(\bdefine[ \t]+)?__has_include(_next)?(?:__)?${space}\(${space}(<[^>\n]*>|"[^"\n]*")?`,
	'g',
);
const timeMacro = /__(?:DATE|TIME|TIMESTAMP)__/g;
/** __FILE_NAME__ is without folders. */
const nameMacro = /__(?:BASE_)?FILE__/;
const nameBuiltin = /__builtin_FILE\b|source_location/;
const columnBuiltin = /__builtin_(?:COLUMN|source_location)\b/;
const splice = /\\[ \t]*\r?\n/g;

const unfollowed: readonly (readonly [string, RegExp])[] = [
	// The assembler does not mind the case, and takes a name from a macro.
	['.incbin', /\.incbin\b/i],
	['.include', /(?:^|[\s"';:{]|\\[a-z])\.include(?:[ \t"'\\]|\/\*|$)/im],
	['#embed', new RegExp(String.raw`${hash}embed\b|__has_embed\b`, 'm')],
	[
		'#pragma GCC dependency',
		new RegExp(
			String.raw`(?:${hash}pragma${space}|\b_Pragma${space}\(${space}L?")(?:GCC|clang)${space}(?:dependency|pch_preprocess)\b`,
			'm',
		),
	],
];

/** Reads the text of one source or header. */
export function scanSource(bytes: Buffer): SourceScan {
	const raw = bytes.toString('latin1');
	const text = raw.includes('\\') ? raw.replace(splice, '') : raw;
	const directives: IncludeDirective[] = [];
	let computed = false;
	let computedProbe = false;
	for (const [, keyword, name, prose] of text.matchAll(directive)) {
		if (name === undefined) {
			computed ||= prose === undefined;
		} else {
			directives.push(named(name, keyword === 'include_next', false));
		}
	}
	if (text.includes('__has_include')) {
		for (const [, definition, next, name] of text.matchAll(probe)) {
			if (name !== undefined) {
				directives.push(named(name, next !== undefined, true));
			} else {
				// `#define __has_include(x) 0` gives those a name who lack it.
				computedProbe ||= definition === undefined;
			}
		}
	}
	return {
		directives,
		computed,
		computedProbe,
		timeMacros: new Set((text.match(timeMacro) ?? []) as TimeMacro[]),
		asksForNames: nameBuiltin.test(text)
			? 'compiler'
			: nameMacro.test(text)
				? 'preprocessor'
				: undefined,
		asksForColumns: columnBuiltin.test(text),
		unfollowed: unfollowed.find(([, pattern]) => pattern.test(text))?.[0],
	};
}

function named(name: string, next: boolean, isProbe: boolean): IncludeDirective {
	return {
		form: name.startsWith('<') ? 'angle' : 'quote',
		name: name.slice(1, -1),
		next,
		probe: isProbe,
	};
}
