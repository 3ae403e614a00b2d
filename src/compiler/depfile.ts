export interface Dependencies {
	readonly targets: readonly string[];
	/** Every prerequisite of the first rule, in order. */
	readonly files: readonly string[];
}

/**
 * Reads the first rule of a dependency file as gcc and clang write it: `\` joins lines; spaces and `#` are escaped by a backslash, and
 * backslashes before a space are doubled; `$` is doubled. Undefined for text that is no rule.
 */
export function parseDependencies(text: string): Dependencies | undefined {
	const words = wordsOfRule(text);
	const colon = words.findIndex(word => word.endsWith(':'));
	if (colon === -1) {
		return undefined;
	}
	const targets = words
		.slice(0, colon + 1)
		.map((word, index) => (index === colon ? word.slice(0, -1) : word));
	return {targets: targets.filter(target => target !== ''), files: words.slice(colon + 1)};
}

function wordsOfRule(text: string): string[] {
	const words: string[] = [];
	let word = '';
	const end = () => {
		if (word !== '') {
			words.push(word);
		}
		word = '';
	};
	for (let index = 0; index < text.length; index++) {
		const char = text[index] as string;
		if (char === '\\') {
			const run = /^(\\+)(\r?\n|[ \t#:]?)/.exec(text.slice(index, index + 64)) as RegExpExecArray;
			const [whole, slashes = '', after = ''] = run;
			index += whole.length - 1;
			if (after.endsWith('\n')) {
				word += slashes.slice(1);
				end();
			} else if (after === ' ' || after === '\t') {
				word += '\\'.repeat(slashes.length >> 1);
				if (slashes.length % 2 === 1) {
					word += after;
				} else {
					end();
				}
			} else if (after === '') {
				word += slashes;
			} else {
				word += slashes.slice(1) + after;
			}
		} else if (char === '$' && text[index + 1] === '$') {
			word += '$';
			index++;
		} else if (char === '\n') {
			break;
		} else if (char === ' ' || char === '\t' || char === '\r') {
			end();
		} else {
			word += char;
		}
	}
	end();
	return words;
}
