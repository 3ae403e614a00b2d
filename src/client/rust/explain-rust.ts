import {hash} from 'node:crypto';
import {isAbsolute, join} from 'node:path/posix';
import type {Field} from '../../key/keys.js';
import {rustDirectFields} from '../../key/rust-keys.js';
import type {Explanation} from '../../stats/explanation.js';
import {explain} from '../explain.js';
import type {RustUnit} from './rust-unit.js';

/** What is remembered of a crate that did not come from the cache. */
export function explainRust(unit: RustUnit): Explanation {
	const {request, command, context} = unit;
	const {input} = command;
	return explain({
		...unit,
		sourcePath: isAbsolute(input) ? input : join(request.cwd, input),
		fields: rustDirectFields(context).map(shown),
	});
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
