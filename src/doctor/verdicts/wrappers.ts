import type {WrapperFound} from '../../portage/make-conf-facts.js';
import {ok, type Verdict, warning} from '../verdict.js';

export interface WrapperFacts {
	/** Of FEATURES. */
	readonly found: readonly WrapperFound[];
	/** Folders of another wrapper that PATH has by itself. */
	readonly folders: readonly string[];
	/** Compiler variables in make.conf. */
	readonly variables: ReadonlyMap<string, string>;
}

const another = /(?:^|[\s/])(ccache|distcc|icecc|sccache)(?:\s|$)/;

/** Others that stand where the compiler should, and settings that lead to us a second time. */
export function judgeWrappers({found, folders, variables}: WrapperFacts): readonly Verdict[] {
	const verdicts = [
		...found.map(({wrapper, meaning}) =>
			warning(`${meaning}.`, `take ${wrapper} out of FEATURES in make.conf`),
		),
		...folders.map(folder =>
			warning(
				`PATH in make.conf has ${folder}: compilers from there are not the real ones.`,
				`take ${folder} out of PATH in make.conf`,
			),
		),
		...[...variables].flatMap(([name, value]) => ofVariable(name, value)),
	];
	return verdicts.length > 0 ? verdicts : [ok('Neither ccache nor distcc nor icecream.')];
}

function ofVariable(name: string, value: string): readonly Verdict[] {
	const [, wrapper] = another.exec(value) ?? [];
	if (wrapper === undefined) return [];
	// Of Rust's compiler there are no links: this is how it comes to us.
	if (name === 'RUSTC_WRAPPER' && wrapper === 'sccache') return [];
	return [
		warning(
			`${name} runs ${wrapper}, and the links in PATH run sccache as well.`,
			`take ${name} out of make.conf`,
		),
	];
}
