import {hash} from 'node:crypto';
import {isAbsolute, join} from 'node:path/posix';
import type {Field} from '../../key/keys.js';
import {rustDirectFields} from '../../key/rust-keys.js';
import type {Explanation} from '../../stats/explanation.js';
import {explain} from '../explain.js';
import type {RustUnit} from './rust-unit.js';

/** What is remembered of a crate that did not come from the cache. */
export function explainRust(unit: RustUnit): Explanation {
	return explain({
		...unit,
		sourcePath: sourcePath(unit),
		fields: rustDirectFields(unit.context).map(shown),
	});
}

/** Absolute, of the crate's root. */
export function sourcePath({request, command}: RustUnit): string {
	return isAbsolute(command.input) ? command.input : join(request.cwd, command.input);
}

/** Of the variables that a macro may ask for, which may be any, the values are not kept. */
function shown([name, values]: Field): Field {
	if (name !== 'macros') return [name, values];
	return [
		name,
		values.map(value => {
			const [, variable] = /^(\w+)=/.exec(value) ?? [];
			return variable === undefined ? value : `${variable}: ${hash('sha256', value).slice(0, 8)}`;
		}),
	];
}
