import {
	childrenOf,
	commandAt,
	type Option,
	type Program,
	type ProgramCommand,
	routesOf,
	type Value,
} from './program.js';

/** A completion for fish. */
export function fishCompletion(program: Program): string {
	const {name} = program;
	const routes = routesOf(program);
	const lines = routes.flatMap(route => linesOf(program, route, routes.length > 1));
	const own = commandAt(program, '')?.operands === 'command' ? [] : [`complete -c ${name} -f`];
	return `# fish completion for ${name}
${routes.length > 1 ? routeFunction(name, routes) : ''}
${[...own, ...lines].join('\n')}
`;
}

const functionOf = (name: string): string => `__${name.replaceAll('-', '_')}_route`;

/** Prints the words from the first on, as far as they are commands. */
function routeFunction(name: string, routes: readonly string[]): string {
	const known = routes.filter(route => route !== '').map(quoted);
	return `
function ${functionOf(name)}
	set -l route ''
	for word in (commandline -opc)[2..-1]
		set -l next (string trim -- "$route $word")
		contains -- $next ${known.join(' ')}
		or break
		set route $next
	end
	echo $route
end
`;
}

function linesOf(program: Program, route: string, isOneOfMany: boolean): readonly string[] {
	const {name} = program;
	const condition = isOneOfMany
		? ` -n ${quoted(`test (${functionOf(name)}) = "${route}"`)}`
		: before;
	const start = `complete -c ${name}${condition}`;
	const children = childrenOf(program, route);
	const command = commandAt(program, route);
	return [
		...children.map(({word, summary}) => `${start} -a ${word} -d ${quoted(summary)}`),
		...(command?.options ?? []).map(each => start + option(each)),
		...(command === undefined ? [] : operandsOf(command, name, start)),
	];
}

/** Where a command may follow: what comes after it is its own. */
const before = ` -n 'test (count (string match -v -- "-*" (commandline -opc))) -eq 1'`;

function option({name, letter, value, summary}: Option): string {
	const short = letter === undefined ? '' : ` -s ${letter}`;
	return `${short} -l ${name}${value === undefined ? '' : taken(value)} -d ${quoted(summary)}`;
}

function taken(value: Value): string {
	if (value === 'file') return ' -r -F';
	if (value === 'folder') return folders;
	return value === 'other' ? ' -x' : ` -x -a ${quoted(value.join(' '))}`;
}

const folders = " -x -a '(__fish_complete_directories)'";

function operandsOf({operands}: ProgramCommand, name: string, start: string): readonly string[] {
	if (operands === 'command') return [`complete -c ${name} -x -a '(__fish_complete_subcommand)'`];
	return operands === 'folder' ? [start + folders] : [];
}

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
