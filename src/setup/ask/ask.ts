import {checkbox, confirm, input, password, select} from '@inquirer/prompts';
import {AppError} from '../../lib/errors.js';

export interface Question {
	readonly question: string;
	/** What one has to know to answer, in a line. */
	readonly about: string;
	/** How to answer it without being asked. */
	readonly flag: string;
	readonly fallback: string | undefined;
	/** What is wrong with an answer. */
	readonly wrong: (answer: string) => string | undefined;
}

export interface Choice<Value extends string> {
	readonly value: Value;
	/** In a line, beside the value. */
	readonly about: string;
	/** More of it, shown while one is at this choice. */
	readonly detail?: string;
}

export interface Choosing<Value extends string> {
	readonly question: string;
	readonly about: string;
	readonly choices: readonly Choice<Value>[];
}

/** Who answers what no flag has answered. */
export interface Ask {
	text(question: Question): Promise<string>;
	/** What is typed or pasted is not shown. */
	secret(question: Question): Promise<string>;
	confirm(question: string, about: string, fallback: boolean): Promise<boolean>;
	choose<Value extends string>(choosing: Choosing<Value>, fallback: Value): Promise<Value>;
	chooseSome<Value extends string>(
		choosing: Choosing<Value>,
		fallback: readonly Value[],
		atLeastOne: boolean,
	): Promise<readonly Value[]>;
}

/** Takes what is offered. Throws SETUP_INVALID where nothing is. */
export const askNobody: Ask = {
	text: async question => offered(question),
	secret: async question => offered(question),
	confirm: async (_question, _about, fallback) => fallback,
	choose: async (_choosing, fallback) => fallback,
	chooseSome: async (_choosing, fallback) => fallback,
};

function offered({question, flag, fallback}: Question): string {
	if (fallback !== undefined) return fallback;
	throw new AppError('SETUP_INVALID', `not answered: ${question}`, {
		hint: `answer it with ${flag}`,
	});
}

/** Asks on a terminal of so many columns. `say` prints a line. */
export function askOnTerminal(say: (line: string) => void, columns: number): Ask {
	const explain = (about: string) => say(about === '' ? '' : `\n${wrapped(about, columns)}`);
	const asChoice = <Value extends string>({value, about, detail}: Choice<Value>) => ({
		value,
		name: `${value}: ${about}`,
		short: value,
		...(detail === undefined ? {} : {description: wrapped(detail, columns)}),
	});
	return {
		text({question: message, about, fallback, wrong}) {
			explain(about);
			const offer = fallback === undefined ? {} : {default: fallback};
			return input({message, ...offer, validate: answer => wrong(answer) ?? true});
		},
		async secret({question: message, about, fallback, wrong}) {
			explain(about);
			const isFine = (answer: string) => answer === '' && fallback !== undefined;
			const validate = (answer: string) => isFine(answer) || (wrong(answer) ?? true);
			return (await password({message, validate})) || (fallback ?? '');
		},
		confirm(message, about, fallback) {
			explain(about);
			return confirm({message, default: fallback});
		},
		choose({question: message, about, choices}, fallback) {
			explain(about);
			return select({message, choices: choices.map(asChoice), default: fallback});
		},
		chooseSome({question: message, about, choices}, fallback, required) {
			explain(about);
			return checkbox({
				message,
				required,
				choices: choices.map(choice => ({
					...asChoice(choice),
					checked: fallback.includes(choice.value),
				})),
			});
		},
	};
}

/** Lines are broken between words. */
export function wrapped(text: string, columns: number): string {
	const lines = [''];
	for (const word of text.split(' ')) {
		const line = lines.at(-1) ?? '';
		if (line === '') lines[lines.length - 1] = word;
		else if (line.length + 1 + word.length < columns) lines[lines.length - 1] = `${line} ${word}`;
		else lines.push(word);
	}
	return lines.join('\n');
}
