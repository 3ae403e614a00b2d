import {type Line, type Look, plain, span} from './line.js';

const keys = [
	['q, Ctrl-C', 'quit'],
	['s', 'sort by the number of jobs, by age, by name'],
	['p', 'group jobs by package, by server, not at all'],
	['v', 'view servers and jobs, servers alone, jobs alone'],
	['arrows, j, k', 'move by a line'],
	['PgUp, PgDn', 'move by a page'],
	['Home, End', 'move to the first, to the last line'],
	['Ctrl-L', 'draw the screen anew'],
	['Ctrl-Z', 'suspend; fg goes on'],
	['h, ?', 'this help, and back'],
] as const;

const words = [
	['Here', 'compilers that run on this host, of as many as run at once'],
	['Farm', 'jobs of all clients on servers, of as many as those take'],
	['Cache', 'share of compiles from the cache, minute by minute and in all'],
	['Saved', 'what hits would have taken, less what they took'],
	['waits', 'is looked for in the cache, or until there is room here or on a server'],
	['SPEED', 'of a server, measured: 2 is twice as fast as was foreseen'],
	['DONE, FAILED', 'jobs of this host, since its daemon started'],
] as const;

export function helpLines({isColoured}: Look): readonly Line[] {
	const row = ([name, text]: readonly [string, string]): Line => [
		span(name.padEnd(14), isColoured ? 'accent' : undefined),
		plain(text),
	];
	return [[], ...keys.map(row), [], ...words.map(row)];
}
