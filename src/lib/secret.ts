const shown = '(secret)';

/**
 * A token or a key. Whatever prints it, or a value that holds it, shows no more than that there is one. It does not survive a
 * structured clone: a thread is handed what `reveal` says.
 */
export class Secret {
	readonly #text: string;

	constructor(text: string) {
		this.#text = text;
	}

	/** The text itself: for a comparison, a signature or a header. */
	reveal(): string {
		return this.#text;
	}

	toString(): string {
		return shown;
	}

	toJSON(): string {
		return shown;
	}

	[Symbol.for('nodejs.util.inspect.custom')](): string {
		return shown;
	}
}

/** Whether a secret stands anywhere in a plain value. */
export function holdsSecret(value: unknown): boolean {
	if (value instanceof Secret) return true;
	return typeof value === 'object' && value !== null && Object.values(value).some(holdsSecret);
}
