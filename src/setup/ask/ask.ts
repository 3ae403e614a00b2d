import {checkbox, confirm, input, password, select} from '@inquirer/prompts';
import {AppError} from '../../lib/errors.js';

export interface Choice<Value extends string> {
	readonly value: Value;
	/** In a line. */
	readonly about: string;
}

/** Who answers what no flag has answered. */
export interface Ask {
	/** `flag` says how to answer it without being asked. */
	text(question: Question): Promise<string>;
	secret(question: Omit<Question, 'fallback'>): Promise<string>;
	confirm(question: string, fallback: boolean): Promise<boolean>;
	choose<Value extends string>(
		question: string,
		choices: readonly Choice<Value>[],
		fallback: Value,
	): Promise<Value>;
	chooseSome<Value extends string>(
		question: string,
		choices: readonly Choice<Value>[],
		fallback: readonly Value[],
	): Promise<readonly Value[]>;
}

export interface Question {
	readonly question: string;
	readonly flag: string;
	readonly fallback: string | undefined;
	/** What is wrong with an answer. */
	readonly wrong: (answer: string) => string | undefined;
}

/** Takes what is offered. Throws SETUP_INVALID where nothing is. */
export const askNobody: Ask = {
	async text({question, flag, fallback}) {
		if (fallback === undefined) throw unanswered(question, flag);
		return fallback;
	},
	async secret({question, flag}) {
		throw unanswered(question, flag);
	},
	confirm: async (_question, fallback) => fallback,
	choose: async (_question, _choices, fallback) => fallback,
	chooseSome: async (_question, _choices, fallback) => fallback,
};

const unanswered = (question: string, flag: string): AppError =>
	new AppError('SETUP_INVALID', `not answered: ${question}`, {hint: `answer it with ${flag}`});

/** Asks on the terminal. */
export const askOnTerminal: Ask = {
	text: ({question, fallback, wrong}) =>
		input({
			message: question,
			...(fallback === undefined ? {} : {default: fallback}),
			validate: answer => wrong(answer) ?? true,
		}),
	secret: ({question, wrong}) =>
		password({message: question, mask: '*', validate: answer => wrong(answer) ?? true}),
	confirm: (message, fallback) => confirm({message, default: fallback}),
	choose: (message, choices, fallback) =>
		select({message, choices: choices.map(asChoice), default: fallback}),
	chooseSome: (message, choices, fallback) =>
		checkbox({
			message,
			required: true,
			choices: choices.map(choice => ({
				...asChoice(choice),
				checked: fallback.includes(choice.value),
			})),
		}),
};

const asChoice = <Value extends string>({value, about}: Choice<Value>) => ({
	value,
	name: `${value}: ${about}`,
	short: value,
});
