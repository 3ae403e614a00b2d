/** Toolchains on their way: each goes to a server once, however many jobs want it there; the others wait for the first. */
export class Uploads {
	readonly #running = new Map<string, Promise<void>>();

	/** `upload` is called by the first alone. What it throws, all that wait for it get. */
	once(server: string, archiveId: string, upload: () => Promise<void>): Promise<void> {
		const key = `${server} ${archiveId}`;
		const running = this.#running.get(key);
		if (running !== undefined) return running;
		const begun = upload().finally(() => this.#running.delete(key));
		this.#running.set(key, begun);
		return begun;
	}
}
