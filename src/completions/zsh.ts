import {
	childrenOf,
	commandAt,
	type Option,
	type Program,
	type ProgramCommand,
	routesOf,
	spellings,
	type Value,
} from './program.js';
import {quoted} from './quoted.js';

/** A completion for zsh: a function of its own file, `_NAME`. */
export function zshCompletion(program: Program): string {
	const routes = routesOf(program);
	return `#compdef ${program.name}

local route='' next
local -i index=2
local -a subcommands
${walk(routes)}case $route in
${routes.map(route => branch(program, route)).join('')}esac
`;
}

/** From the first word on, as far as they are commands; _arguments is to see what follows alone. */
function walk(routes: readonly string[]): string {
	const known = routes.filter(route => route !== '').map(quoted);
	if (known.length === 0) return '';
	return `while ((index < CURRENT)); do
	next="\${route:+$route }\${words[index]}"
	case $next in
		(${known.join('|')}) route=$next ;;
		(*) break ;;
	esac
	((index++))
done
shift $((index - 2)) words
((CURRENT -= index - 2))
`;
}

function branch(program: Program, route: string): string {
	const command = commandAt(program, route);
	const children = childrenOf(program, route);
	const offered = children.map(({word, summary}) => quoted(`${word}:${summary}`));
	const offer =
		children.length === 0
			? ''
			: `		subcommands=(
${offered.map(each => `			${each}\n`).join('')}		)
		((CURRENT > 2)) || [[ $PREFIX == -* ]] || _describe -t commands command subcommands
`;
	return `	(${quoted(route)})
${offer}${command === undefined ? '' : argumentsOf(command)}		;;
`;
}

function argumentsOf({options, operands}: ProgramCommand): string {
	const specs = [...options.map(option), ...operandSpecs(operands)];
	return `		_arguments -s -S : \\
${specs.map(spec => `			${spec}`).join(' \\\n')}
`;
}

function option(each: Option): string {
	const names = spellings(each);
	const summary = `[${each.summary.replaceAll(/[\\[\\]\\\\]/g, '\\$&')}]`;
	const tail = quoted(
		`${summary}${each.value === undefined ? '' : `:value:${action(each.value)}`}`,
	);
	const [short, long = short] = names;
	const end = each.value === undefined ? '' : '=';
	if (names.length === 1) return `--${each.name}${end}${tail}`;
	return `'(${names.join(' ')})'{${short}${end && '+'},${long}${end}}${tail}`;
}

function action(value: Value): string {
	if (value === 'file') return '_files';
	if (value === 'folder') return '_files -/';
	return value === 'other' ? ' ' : `(${value.join(' ')})`;
}

function operandSpecs(operands: ProgramCommand['operands']): readonly string[] {
	if (operands === 'command')
		return ["'(-)1:compiler:_command_names -e'", "'*::arguments:_normal'"];
	return operands === 'other' ? [] : [quoted(`*:operand:${action(operands)}`)];
}
