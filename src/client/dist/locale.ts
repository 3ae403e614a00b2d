/** The locale of a compile on a server, which has only those of the C library itself. */
export interface RemoteLocale {
	readonly name: 'C' | 'C.UTF-8';
	/** What the compiler says there is what it would say here. */
	readonly saysTheSame: boolean;
}

/** As setlocale(3) finds it; gcc has no English but its own. */
export function remoteLocale(env: ReadonlyMap<string, string>): RemoteLocale {
	const of = (category: string) => env.get('LC_ALL') || env.get(category) || env.get('LANG') || 'C';
	const characters = of('LC_CTYPE');
	const messages = of('LC_MESSAGES');
	const plain = /^(?:C|POSIX)$/.test(characters);
	const unicode = /\.utf-?8(?:@|$)/i.test(characters);
	const english = /^(?:C|POSIX|en_US)(?:\.|@|$)/.test(messages) && !env.get('LANGUAGE');
	return {
		name: unicode ? 'C.UTF-8' : 'C',
		saysTheSame: english && (plain || unicode),
	};
}
