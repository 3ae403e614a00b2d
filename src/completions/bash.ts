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

/** A completion for bash, which needs no other. */
export function bashCompletion(program: Program): string {
	const function_ = `_${program.name.replaceAll('-', '_')}`;
	const routes = routesOf(program);
	return `# bash completion for ${program.name}

${function_}() {
	local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} route='' words=''
	COMPREPLY=()
	# The equals sign of --option=value is a word of its own.
	if [[ $cur == = ]]; then
		cur=''
	elif [[ $prev == = ]]; then
		prev=\${COMP_WORDS[COMP_CWORD - 2]}
	fi
${walk(routes)}	case "$route $prev" in
${program.commands.map(values).join('')}	esac
	case $route in
${routes.map(route => words(program, route)).join('')}	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F ${function_} ${program.name}
`;
}

/** From the first word on, as far as they are commands. */
function walk(routes: readonly string[]): string {
	const known = routes.filter(route => route !== '').map(route => `'${route}'`);
	if (known.length === 0) return '';
	return `	local index
	for ((index = 1; index < COMP_CWORD; index++)); do
		case "\${route:+$route }\${COMP_WORDS[index]}" in
			${known.join(' | ')})
				route="\${route:+$route }\${COMP_WORDS[index]}" ;;
			*) break ;;
		esac
	done
`;
}

function values({route, options}: ProgramCommand): string {
	return options
		.filter(({value}) => value !== undefined)
		.map(option => {
			const patterns = spellings(option).map(spelling => quoted(`${route} ${spelling}`));
			const lines = [...offer(option.value ?? 'other'), 'return ;;'];
			return `\t\t${patterns.join(' | ')})\n${indented(lines)}`;
		})
		.join('');
}

function offer(value: Value): readonly string[] {
	if (value === 'other') return [];
	if (value === 'file') return ['compopt -o filenames 2>/dev/null', compgen('-f')];
	if (value === 'folder') return ['compopt -o filenames 2>/dev/null', compgen('-d')];
	return [compgen(`-W ${quoted(value.join(' '))}`)];
}

const compgen = (what: string): string => `mapfile -t COMPREPLY < <(compgen ${what} -- "$cur")`;

/** Options, or the words that may follow; operands where none may. */
function words(program: Program, route: string): string {
	const {options = [], operands = 'other'} = commandAt(program, route) ?? {};
	const children = childrenOf(program, route).map(({word}) => word);
	const dashed = options.flatMap(long).join(' ');
	const lines = [
		`words=${quoted(children.join(' '))}`,
		...(dashed === '' ? [] : [`[[ $cur != -* ]] || words=${quoted(dashed)}`]),
		...(children.length > 0 || operands === 'other' ? [] : plainWords(operands)),
	];
	return `\t\t${quoted(route)})\n${indented(lines)}\t\t\t;;\n`;
}

function plainWords(operands: ProgramCommand['operands']): readonly string[] {
	const offered =
		operands === 'command'
			? [
					'if ((COMP_CWORD == 1)); then',
					`\t${compgen('-c')}`,
					'else',
					...inner(offer('file')),
					'fi',
				]
			: offer(operands);
	return ['if [[ $cur != -* ]]; then', ...inner(offered), '\treturn', 'fi'];
}

const inner = (lines: readonly string[]): readonly string[] => lines.map(line => `\t${line}`);

const indented = (lines: readonly string[]): string =>
	lines.map(line => `\t\t\t${line}\n`).join('');

const long = (option: Option): readonly string[] => spellings(option).slice(-1);
