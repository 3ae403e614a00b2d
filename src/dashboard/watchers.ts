import {Readable} from 'node:stream';
import type {LiveView} from '../protocol/live.js';
import {changesBetween} from './changes.js';

/** People see no more in a second, and the scheduler has other work. */
const everyMs = 500;
/** So that both ends notice when the other is gone. */
const beatMs = 10_000;
/** Of a watcher that takes nothing any more. */
const mostBehindMs = 30_000;
/** Then it comes again, and is asked again whether it may. */
const longestMs = 60 * 60 * 1000;
const mostWatchers = 100;
/** When a browser comes again after its connection was lost. */
const retryMs = 2000;

export interface WatchersOptions {
	readonly view: () => LiveView | Promise<LiveView>;
	readonly now: () => number;
	readonly onError: (error: unknown) => void;
}

interface Watcher {
	readonly stream: Readable;
	readonly sinceMs: number;
	/** It has not taken what was sent last, and gets the whole view once it has. */
	isBehind: boolean;
	lastTakenMs: number;
}

/**
 * All who look on, as streams of server-sent events: `view` is all of it, `changes` what has become of it, `beat` says that nothing
 * has. Each is made once, however many watch, and nothing while nobody does. Who is slow misses events, and then gets a view.
 */
export class Watchers {
	readonly #options: WatchersOptions;
	readonly #watchers = new Set<Watcher>();
	/** What all that are not behind have seen. */
	#last: LiveView | undefined;
	#lastSentMs = 0;
	#timer: NodeJS.Timeout | undefined;
	#isClosed = false;

	constructor(options: WatchersOptions) {
		this.#options = options;
	}

	/** Undefined: there are too many. */
	add(): Readable | undefined {
		if (this.#isClosed || this.#watchers.size >= mostWatchers) return undefined;
		const nowMs = this.#options.now();
		const stream = new Readable({read() {}});
		const watcher: Watcher = {stream, sinceMs: nowMs, isBehind: true, lastTakenMs: nowMs};
		stream.once('close', () => this.#watchers.delete(watcher));
		this.#watchers.add(watcher);
		if (this.#watchers.size === 1) this.#begin();
		return stream;
	}

	close(): void {
		this.#isClosed = true;
		for (const watcher of this.#watchers) this.#end(watcher);
	}

	#begin(): void {
		if (this.#timer !== undefined) return;
		this.#last = undefined;
		this.#timer = setTimeout(() => void this.#goOn(), 0);
	}

	async #goOn(): Promise<void> {
		try {
			await this.#tell();
		} catch (error) {
			this.#options.onError(error);
			for (const watcher of this.#watchers) this.#end(watcher);
		}
		this.#timer =
			this.#watchers.size === 0 ? undefined : setTimeout(() => void this.#goOn(), everyMs).unref();
	}

	async #tell(): Promise<void> {
		const {view, now} = this.#options;
		const seen = this.#last;
		const current = await view();
		const nowMs = now();
		const changes = seen && changesBetween(seen, current);
		const whole = once(() => event('view', current, `retry: ${retryMs}\n`));
		const news = once(() => event('changes', changes));
		const beat = once(() => event('beat', {atMs: current.atMs}));
		const isBeat = nowMs - this.#lastSentMs >= beatMs;
		for (const watcher of this.#watchers) {
			if (nowMs - watcher.sinceMs > longestMs) this.#end(watcher);
			else if (nowMs - watcher.lastTakenMs > mostBehindMs) watcher.stream.destroy();
			else if (watcher.stream.readableLength > 0) watcher.isBehind = true;
			else {
				watcher.lastTakenMs = nowMs;
				if (watcher.isBehind) watcher.stream.push(whole());
				else if (changes !== undefined) watcher.stream.push(news());
				else if (isBeat) watcher.stream.push(beat());
				watcher.isBehind = false;
			}
		}
		// A beat does not carry what it does not change: clocks go on from the last event.
		if (changes !== undefined || seen === undefined) this.#last = current;
		if (changes !== undefined || isBeat) this.#lastSentMs = nowMs;
	}

	#end(watcher: Watcher): void {
		this.#watchers.delete(watcher);
		watcher.stream.push(null);
	}
}

function event(name: string, data: unknown, before = ''): Buffer {
	return Buffer.from(`${before}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

function once(make: () => Buffer): () => Buffer {
	let made: Buffer | undefined;
	return () => {
		made ??= make();
		return made;
	};
}
