/** What may stand for the value of an option, or for an operand. `other`: something that can't be listed. */
export type Value = 'file' | 'folder' | 'other' | readonly string[];

export interface Option {
	/** Without the dashes. */
	readonly name: string;
	readonly letter?: string;
	/** None: it takes no value. */
	readonly value?: Value;
	/** A line. */
	readonly summary: string;
}

export interface ProgramCommand {
	/** The words after the program's name, such as `links create`; '' is the program alone. */
	readonly route: string;
	readonly summary: string;
	readonly options: readonly Option[];
	/** `command`: a program, and whatever belongs to it. */
	readonly operands: Value | 'command';
}

export interface Program {
	readonly name: string;
	readonly commands: readonly ProgramCommand[];
}

export interface Child {
	readonly word: string;
	readonly summary: string;
}

/** The words that may follow a route. What is said of a topic, such as `links`, are the words after it. */
export function childrenOf(program: Program, route: string): readonly Child[] {
	const start = route === '' ? '' : `${route} `;
	const below = routesOf(program).filter(each => each !== '' && each.startsWith(start));
	return below
		.map(each => ({each, word: each.slice(start.length)}))
		.filter(({word}) => !word.includes(' '))
		.map(({each, word}) => ({word, summary: summaryOf(program, each)}));
}

function summaryOf(program: Program, route: string): string {
	const own = commandAt(program, route)?.summary;
	return (
		own ??
		childrenOf(program, route)
			.map(({word}) => word)
			.join(', ')
	);
}

/** All routes, those of topics too, '' first. */
export function routesOf({commands}: Program): readonly string[] {
	const routes = commands.flatMap(({route}) => {
		const words = route.split(' ');
		return words.map((_, index) => words.slice(0, index + 1).join(' '));
	});
	return [...new Set(['', ...routes])].sort();
}

export const commandAt = ({commands}: Program, route: string): ProgramCommand | undefined =>
	commands.find(command => command.route === route);

/** As typed. */
export const spellings = ({name, letter}: Option): readonly string[] =>
	letter === undefined ? [`--${name}`] : [`-${letter}`, `--${name}`];
