import {Lru} from '../lib/lru.js';

/** What compilers have said of themselves. Callers that ask for the same at the same time share one answer; what fails is asked again. */
export class Probes<Value> {
	readonly #answers: Lru<string, Promise<Value>>;

	constructor(most: number) {
		this.#answers = new Lru(most);
	}

	/** Undefined until it has been asked. */
	known(key: string): Promise<Value> | undefined {
		return this.#answers.get(key);
	}

	ask(key: string, probe: () => Promise<Value>): Promise<Value> {
		const answer = probe();
		this.#answers.set(key, answer);
		answer.catch(() => this.#answers.delete(key));
		return answer;
	}
}
