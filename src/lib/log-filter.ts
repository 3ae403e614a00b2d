import {type Level, levelNames} from './levels.js';

/** Which lines are said: by the name of the part that says them, and by what they say. */
export interface LogFilter {
	/** The longest name that a part's begins with decides; the empty one is every part's. */
	readonly rules: readonly LogRule[];
	/** What a line must have in it. */
	readonly pattern: RegExp | undefined;
}

export interface LogRule {
	readonly target: string;
	/** Undefined: nothing. */
	readonly level: Level | undefined;
}

export interface ParsedFilter {
	readonly filter: LogFilter;
	/** What could not be understood. */
	readonly warnings: readonly string[];
}

export const everything = (level: Level): LogFilter => ({
	rules: [{target: '', level}],
	pattern: undefined,
});

/**
 * SCCACHE_LOG as upstream has it, by Rust's env_logger: `debug`, `sccache::dist`, `warn,sccache::dist=debug`, and `/REGEXP` after them.
 * What is wrong in it is left out; if nothing is left, that is `otherwise`.
 */
export function parseLogFilter(text: string, otherwise: Level): ParsedFilter {
	const slash = text.indexOf('/');
	const spec = slash === -1 ? text : text.slice(0, slash);
	const warnings: string[] = [];
	const rules: LogRule[] = [];
	for (const part of spec.split(',').map(each => each.trim())) {
		if (part === '') continue;
		const rule = parseRule(part);
		if (rule === undefined) warnings.push(`SCCACHE_LOG: ${JSON.stringify(part)} is ignored`);
		else rules.push(rule);
	}
	const pattern = slash === -1 ? undefined : parsePattern(text.slice(slash + 1));
	if (pattern === 'invalid') warnings.push('SCCACHE_LOG: its regular expression is ignored');
	return {
		filter: {
			rules: rules.length === 0 ? everything(otherwise).rules : rules,
			pattern: pattern === 'invalid' ? undefined : pattern,
		},
		warnings,
	};
}

function parseRule(part: string): LogRule | undefined {
	const [target = '', word, ...more] = part.split('=').map(each => each.trim());
	if (more.length > 0) return undefined;
	if (word === undefined) {
		const level = parseLevel(target);
		return level === 'unknown' ? {target, level: 'trace'} : {target: '', level};
	}
	// env_logger: a name with nothing behind it is everything of it.
	const level = word === '' ? 'trace' : parseLevel(word);
	return level === 'unknown' ? undefined : {target, level};
}

function parseLevel(word: string): Level | undefined | 'unknown' {
	const lower = word.toLowerCase();
	if (lower === 'off') return undefined;
	return levelNames.find(name => name === lower) ?? 'unknown';
}

function parsePattern(text: string): RegExp | undefined | 'invalid' {
	try {
		return text === '' ? undefined : new RegExp(text, 'u');
	} catch {
		return 'invalid';
	}
}

/** Down to which level a part is heard; undefined: not at all. */
export function levelFor({rules}: LogFilter, target: string): Level | undefined {
	let best: LogRule | undefined;
	for (const rule of rules) {
		const isLonger = best === undefined || rule.target.length >= best.target.length;
		if (isLonger && target.startsWith(rule.target)) best = rule;
	}
	return best?.level;
}
