import type {LinkResult} from '../../../links/folder.js';

/** What was done for a name, in a line. */
export function describeResult({name, action, kind}: LinkResult): string {
	switch (action) {
		case 'refuse':
			return `${name}: left alone, it is not one of our links`;
		case 'keep':
			return `${name}: is there`;
		case 'remove':
			return `${name}: removed`;
		default:
			return `${name}: ${kind} link ${action === 'create' ? 'made' : 'renewed'}`;
	}
}

/** What would be done for a name, in a line. */
export function describeStep({name, action}: LinkResult): string {
	const words = {
		refuse: 'would be left alone, it is not one of our links',
		keep: 'is there',
		remove: 'would be removed',
		create: 'would be made',
		replace: 'would be renewed',
	};
	return `${name}: ${words[action]}`;
}

export const symbolicWarning =
	'hard links cannot be made there: symbolic links lead to the program instead';
