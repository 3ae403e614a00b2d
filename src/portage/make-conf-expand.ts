/** A value with its variables put in, as Portage does it: in both quotes, unknown ones are empty, and what can't be expanded makes all of it empty. */
export function expandValue(value: string, variables: ReadonlyMap<string, string>): string {
	let result = '';
	let inSingle = false;
	let inDouble = false;
	// Quotes that are left in a value are literal, but nothing between single ones is expanded.
	const step = /\\[\s\S]|\$\{\w*\}?|\$\w*|[\s\S]/gy;
	for (let match = step.exec(value); match !== null; match = step.exec(value)) {
		const [piece] = match;
		const [first] = piece;
		if (inSingle && piece.length > 1) {
			// Only single characters count here.
			step.lastIndex = match.index + 1;
			result += first;
		} else if (piece === "'" || piece === '"') {
			if (piece === "'" && !inDouble) inSingle = !inSingle;
			if (piece === '"' && !inSingle) inDouble = !inDouble;
			result += piece;
		} else if (inSingle) {
			result += piece;
		} else if (piece === '\n') {
			result += ' ';
		} else if (first === '\\') {
			result += unescaped(piece);
			const after = value[step.lastIndex];
			if (piece === '\\\\' && after !== undefined && `'"$`.includes(after)) {
				// As Portage has it: what follows an escaped backslash is literal.
				result += after;
				step.lastIndex++;
			}
		} else if (first === '$' && value.length > match.index + 1) {
			const name = /^\$(?:\{(\w+)\}|(\w+))$/.exec(piece);
			if (name === null) return '';
			result += variables.get(name[1] ?? name[2] ?? '') ?? '';
		} else {
			result += piece;
		}
	}
	return result;
}

function unescaped(pair: string): string {
	if (pair === '\\\n') return '';
	return pair === '\\$' || pair === '\\\\' ? pair.slice(1) : pair;
}
