/** From the gravest on, with the numbers that syslog and systemd know (sd-daemon(3)). */
export const levels = {error: 3, warn: 4, info: 6, debug: 7, trace: 7} as const;
export type Level = keyof typeof levels;

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Says one line for each call, unless it is less grave than what was asked for. Secrets are never among the fields. */
export type Log = Readonly<Record<Level, (text: string, fields?: Fields) => void>>;

export interface LogOptions {
	readonly level: Level;
	readonly write: (line: string) => void;
	/** For the journal: each line begins with its level as `<6>`. */
	readonly prefixed: boolean;
}

export function createLog({level, write, prefixed}: LogOptions): Log {
	const order = Object.keys(levels) as Level[];
	const say = (one: Level) => (text: string, fields?: Fields) => {
		if (order.indexOf(one) > order.indexOf(level)) return;
		const prefix = prefixed ? `<${levels[one]}>` : `${one}: `;
		write(`${prefix}${text}${fields === undefined ? '' : inWords(fields)}\n`);
	};
	return {
		error: say('error'),
		warn: say('warn'),
		info: say('info'),
		debug: say('debug'),
		trace: say('trace'),
	};
}

/** One line, whatever a peer sent. */
function inWords(fields: Fields): string {
	return Object.entries(fields)
		.filter(([, value]) => value !== undefined)
		.map(([name, value]) => ` ${name}=${inWord(value)}`)
		.join('');
}

function inWord(value: string | number | boolean | undefined): string {
	const text = String(value);
	return /^[\w.:/[\]-]+$/.test(text) ? text : JSON.stringify(text);
}
