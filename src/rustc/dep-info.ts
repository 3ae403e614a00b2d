/** What rustc says that it read (`--emit dep-info`). */
export interface DepInfo {
	/** Every file, as spelled. */
	readonly sources: readonly string[];
	/** What `env!` and `option_env!` asked for; undefined: not set. */
	readonly variables: ReadonlyMap<string, string | undefined>;
}

const variablePrefix = '# env-dep:';

/** Undefined for text that is not a dependency file of rustc's. */
export function parseDepInfo(text: string): DepInfo | undefined {
	const sources = new Set<string>();
	const variables = new Map<string, string | undefined>();
	let rules = 0;
	for (const line of text.split('\n')) {
		if (line.startsWith(variablePrefix)) {
			const [name = '', value] = splitOnce(line.slice(variablePrefix.length));
			variables.set(
				unescapeVariable(name),
				value === undefined ? undefined : unescapeVariable(value),
			);
			continue;
		}
		if (line === '' || line.startsWith('#')) continue;
		const rule = splitRule(line);
		if (rule === undefined) return undefined;
		if (rule.files.length > 0) rules++;
		for (const file of rule.files) sources.add(file);
	}
	return rules === 0 ? undefined : {sources: [...sources], variables};
}

function splitOnce(text: string): [string, string | undefined] {
	const equals = text.indexOf('=');
	return equals === -1 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** rustc_interface, `escape_dep_env`. */
function unescapeVariable(text: string): string {
	return text.replaceAll(/\\([nr\\])/g, (_, char: string) =>
		char === 'n' ? '\n' : char === 'r' ? '\r' : '\\',
	);
}

/** A target ends with its colon; spaces within names are escaped by a backslash (`escape_dep_filename`). */
function splitRule(line: string): {files: string[]} | undefined {
	const colon = /^(?:[^\\:]|\\.|:(?!\s|$))*:/.exec(line)?.[0];
	if (colon === undefined) return undefined;
	const words = line.slice(colon.length).match(/(?:[^\s\\]|\\ |\\)+/g) ?? [];
	return {files: words.map(word => word.replaceAll('\\ ', ' '))};
}
