import {type Logger, pino} from 'pino';
import {type Level, levelNames, wider} from './levels.js';
import {type LogFilter, levelFor} from './log-filter.js';
import {type Fields, type LineStyle, logLine, wordsOf} from './log-line.js';

type Say = (text: string, fields?: Fields) => void;

/** Says one line for each call, unless the filter leaves it out. Secrets are never among the fields. */
export interface Log extends Readonly<Record<Level, Say>> {
	/** For what costs something to put together. */
	isOn(level: Level): boolean;
	/** The log of another part. */
	of(target: string): Log;
	/** That says besides what `filter` lets through; its pattern does not count. */
	and(filter: LogFilter): Log;
}

export interface LogOptions {
	/** The name of the part, like `sccache::dist`. */
	readonly target: string;
	readonly filter: LogFilter;
	readonly style: LineStyle;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	readonly write: (line: string) => void;
}

export function createLog(options: LogOptions): Log {
	return logOf({...options, logger: pinoOf(options), also: undefined}, options.target);
}

interface Sources extends LogOptions {
	readonly logger: Logger;
	readonly also: LogFilter | undefined;
}

/** The level of each part is its child's. */
function logOf(sources: Sources, target: string, known = new Map<string, Log>()): Log {
	const {filter, also} = sources;
	const level = wider(levelFor(filter, target), also && levelFor(also, target));
	const child = sources.logger.child({target}, {level: level ?? 'silent'});
	const says = (one: Level) => (text: string, fields?: Fields) =>
		child[one](fields ?? noFields, text);
	const log: Log = {
		...(Object.fromEntries(levelNames.map(one => [one, says(one)])) as Record<Level, Say>),
		isOn: one => child.isLevelEnabled(one),
		of: other => known.get(other) ?? logOf(sources, other, known),
		and: more => logOf({...sources, also: more}, target),
	};
	known.set(target, log);
	return log;
}

const noFields: Fields = {};

/** What pino leaves on its stream before it writes: see `pino.symbols.metadata` in its documentation. */
interface Metadata {
	readonly lastLevel: number;
	readonly lastMsg: string;
	readonly lastObj: Fields;
	readonly lastLogger: Logger;
}

function pinoOf({style, now, write, filter: {pattern}}: LogOptions): Logger {
	const stream = {
		[Symbol.for('pino.metadata')]: true,
		write(this: Metadata, json: string) {
			const {lastLevel, lastMsg: text, lastObj: fields, lastLogger} = this;
			if (pattern !== undefined && !pattern.test(wordsOf(text, fields))) return;
			const level = pino.levels.labels[lastLevel] as Level;
			const {target} = lastLogger.bindings() as {readonly target: string};
			write(logLine(style, {level, target, text, fields, nowMs: now(), json}));
		},
	};
	return pino(
		{
			level: 'trace',
			base: null,
			formatters: {level: label => ({level: label})},
			timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
		},
		stream as unknown as {write(line: string): void},
	);
}
