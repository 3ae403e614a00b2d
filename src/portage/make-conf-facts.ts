import type {Assignment} from './make-conf-read.js';

export type Wrapper = 'ccache' | 'distcc' | 'icecream';

export interface WrapperFound {
	readonly wrapper: Wrapper;
	/** What the order in PATH comes to, for the user to read. */
	readonly meaning: string;
}

/** Outermost first: so Portage puts them in front of make.conf's PATH. */
const wrappers: readonly Wrapper[] = ['ccache', 'icecream', 'distcc'];

const whatItDoes: Readonly<Record<Wrapper, string>> = {
	ccache: 'every compile is looked up and stored twice, and ccache takes our link for the compiler',
	distcc: 'compiles are sent away before they reach us, and only what distcc keeps here is cached',
	icecream:
		'compiles are sent away before they reach us, and only what icecream keeps here is cached',
};

/** The words of FEATURES, in the order set; `-word` takes one away and `-*` all. Words set outside make.conf are not known. */
export function featuresOf(assignments: readonly Assignment[]): readonly string[] {
	const value = lastValue(assignments, 'FEATURES') ?? '';
	const words = new Set<string>();
	for (const word of value.split(/\s+/)) {
		if (word === '-*') words.clear();
		else if (word.startsWith('-')) words.delete(word.slice(1));
		else if (word !== '') words.add(word.replace(/^\+/, ''));
	}
	return [...words];
}

/** On by default, as make.globals has them: those that can keep a build from us. */
const defaultFeatures: readonly string[] = [
	'ipc-sandbox',
	'network-sandbox',
	'pid-sandbox',
	'sandbox',
	'userpriv',
	'usersandbox',
];

/** The words of FEATURES that are in force, with Portage's defaults before make.conf's. */
export function featuresInForce(assignments: readonly Assignment[]): readonly string[] {
	const set = lastValue(assignments, 'FEATURES') ?? '';
	const all = {name: 'FEATURES', expanded: `${defaultFeatures.join(' ')} ${set}`};
	return featuresOf([{...all, value: all.expanded, line: 0}]);
}

/** Other compiler wrappers that FEATURES switches on, outermost first. `via` says where our folder is put into PATH. */
export function wrappersIn(
	features: readonly string[],
	via: 'make.conf' | 'bashrc',
): readonly WrapperFound[] {
	return wrappers
		.filter(wrapper => features.includes(wrapper))
		.map(wrapper => ({
			wrapper,
			meaning:
				via === 'make.conf'
					? `FEATURES=${wrapper} comes before our folder in PATH: ${whatItDoes[wrapper]}`
					: `our folder comes before FEATURES=${wrapper} in PATH: what we do not serve goes on to ${wrapper}`,
		}));
}

/** The value that a variable has at the end, if the file sets it. */
export function lastValue(assignments: readonly Assignment[], name: string): string | undefined {
	return assignments.findLast(assignment => assignment.name === name)?.expanded;
}
