import type {Option, Program, ProgramCommand, Value} from './program.js';

/** Of an oclif flag, what is used here. */
interface OclifFlag {
	readonly type: 'boolean' | 'option';
	readonly char?: string | undefined;
	readonly description?: string | undefined;
	readonly helpValue?: string | readonly string[] | undefined;
	readonly options?: readonly string[] | undefined;
	readonly allowNo?: boolean | undefined;
	readonly hidden?: boolean | undefined;
}

export interface OclifCommand {
	readonly description?: string | undefined;
	readonly enableJsonFlag?: boolean | undefined;
	readonly flags?: Readonly<Record<string, OclifFlag>> | undefined;
	readonly args?: Readonly<Record<string, unknown>> | undefined;
}

const help: Option = {name: 'help', summary: 'Show help'};
const json: Option = {name: 'json', summary: 'Answer in JSON'};
const version: Option = {name: 'version', summary: 'Show the version'};

/** A program from its map of commands, whose keys have colons between the words. */
export function fromOclif(name: string, commands: Readonly<Record<string, OclifCommand>>): Program {
	const top: ProgramCommand = {
		route: '',
		summary: name,
		options: [help, version],
		operands: 'other',
	};
	return {
		name,
		commands: [top, ...Object.entries(commands).map(([id, each]) => command(id, each))],
	};
}

function command(
	id: string,
	{description = '', enableJsonFlag = false, flags = {}, args = {}}: OclifCommand,
): ProgramCommand {
	const own = Object.entries(flags).flatMap(([name, flag]) => optionsOf(name, flag));
	return {
		route: id.replaceAll(':', ' '),
		summary: firstSentence(description),
		options: [...own, ...(enableJsonFlag ? [json] : []), help],
		operands: 'dir' in args ? 'folder' : 'other',
	};
}

function optionsOf(name: string, flag: OclifFlag): readonly Option[] {
	if (flag.hidden) return [];
	const option: Option = {
		name,
		summary: firstSentence(flag.description ?? ''),
		...(flag.char === undefined ? {} : {letter: flag.char}),
		...(flag.type === 'option' ? {value: valueTaken(flag)} : {}),
	};
	const {summary} = option;
	return flag.allowNo ? [option, {name: `no-${name}`, summary: `Not: ${summary}`}] : [option];
}

function valueTaken({options, helpValue}: OclifFlag): Value {
	if (options !== undefined) return options;
	if (helpValue === 'FILE') return 'file';
	return helpValue === 'DIR' ? 'folder' : 'other';
}

/** Without the full stop. */
function firstSentence(text: string): string {
	return (/^.*?(?=\.?\n|\.$|\. |$)/.exec(text)?.[0] ?? '').trim();
}
