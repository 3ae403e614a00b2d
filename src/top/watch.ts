import {setTimeout as sleep} from 'node:timers/promises';
import type {LiveView} from '../protocol/live.js';
import {firstChoice} from './frame/choice.js';
import {frame, type Sight, wholeFrame} from './frame/frame.js';
import type {Look} from './frame/line.js';
import {press} from './frame/press.js';
import {Terminal} from './terminal.js';

/** The view; or why there is none now, and what can be done about it, in sentences. */
export type Told =
	| {readonly kind: 'view'; readonly view: LiveView}
	| {readonly kind: 'trouble'; readonly trouble: readonly string[]};

export interface WatchOptions {
	/** Throws nothing. */
	readonly ask: () => Promise<Told>;
	readonly intervalMs: number;
	readonly look: Look;
	readonly output: NodeJS.WriteStream;
	readonly input: NodeJS.ReadStream;
	readonly process: NodeJS.Process;
}

/** Shows on a terminal what goes on, until whoever watches has seen enough. */
export async function watch(options: WatchOptions): Promise<void> {
	const {ask, intervalMs, look} = options;
	const ended = new AbortController();
	const {signal} = ended;
	let sight: Sight = {view: undefined, trouble: undefined};
	let choice = firstChoice;
	let room = 0;
	const draw = () => {
		const {size} = terminal;
		const seen = frame(sight, choice, size, look);
		choice = {...choice, offset: seen.offset};
		room = seen.room;
		terminal.draw(seen.lines, size);
	};
	const redraw = () => {
		terminal.forget();
		draw();
	};
	const terminal = new Terminal({
		...options,
		onKey(key) {
			if (key === 'q' || key === 'interrupt') ended.abort();
			else if (key === 'suspend') terminal.suspend();
			else if (key === 'redraw') redraw();
			else {
				choice = press(choice, key, room);
				draw();
			}
		},
		onRedraw: redraw,
		onEnd: () => ended.abort(),
	});
	const isEnded = new Promise<void>(resolve =>
		signal.addEventListener('abort', () => resolve(), {once: true}),
	);
	terminal.take();
	try {
		draw();
		while (!signal.aborted) {
			const told = await Promise.race([ask(), isEnded]);
			if (told === undefined) break;
			sight = sightOf(told);
			draw();
			await sleep(intervalMs, undefined, {signal}).catch(() => {});
		}
	} finally {
		terminal.giveBack();
	}
}

/** The same where nothing can be drawn over: one frame after the other. */
export async function watchPlainly(options: WatchOptions): Promise<void> {
	const {ask, intervalMs, look, output} = options;
	const ended = new AbortController();
	output.on('error', () => ended.abort());
	let text = '';
	while (!ended.signal.aborted) {
		const sight = sightOf(await ask());
		const before = text;
		text = wholeFrame(sight, firstChoice, output.isTTY ? output.columns : undefined, look)
			.map(line => `${line}\n`)
			.join('');
		// A trouble is told once.
		if (sight.view !== undefined || text !== before) {
			output.write(before === '' ? text : `\n${text}`);
		}
		await sleep(intervalMs, undefined, {signal: ended.signal}).catch(() => {});
	}
}

/** What was seen last of a daemon that does not answer any more is not what goes on. */
export function sightOf(told: Told): Sight {
	return told.kind === 'view'
		? {view: told.view, trouble: undefined}
		: {view: undefined, trouble: told.trouble};
}
