import type {Option, Program} from './program.js';

/** `sccache`, from what its --help says: options, and a compiler with its arguments. */
export function fromHelp(name: string, help: string): Program {
	const entry =
		/^ {2}(?:-(?<letter>\w), | {4})--(?<name>[\w-]+)(?<values>(?: <\w+>)*)\s+(?<summary>\S.*)$/gm;
	const options = [...help.matchAll(entry)].map(({groups = {}}): Option => {
		const {letter, values = '', summary = ''} = groups;
		return {
			name: groups.name ?? '',
			summary,
			...(letter === undefined ? {} : {letter}),
			// <EXE> <OUT> are operands.
			...(values === ' <FMT>' ? {value: listed(summary)} : {}),
		};
	});
	return {name, commands: [{route: '', summary: name, options, operands: 'command'}]};
}

/** `text (default) or json` lists them. */
function listed(summary: string): readonly string[] {
	return /: (\w+) \(default\) or (\w+)$/.exec(summary)?.slice(1) ?? [];
}
