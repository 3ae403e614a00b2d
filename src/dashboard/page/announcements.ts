import {byId} from './element.js';

const everyMs = 5000;
const mostAtOnce = 3;

/** Says sentences to a screen reader, a few at a time and not more often than it can speak. */
export function createAnnouncements(): (sentences: readonly string[]) => void {
	const region = byId('announcements');
	const pending: string[] = [];
	let timer: number | undefined;
	const say = () => {
		timer = undefined;
		if (pending.length === 0) return;
		const now = pending.splice(0, mostAtOnce);
		const left = pending.splice(0).length;
		region.textContent = left === 0 ? now.join(' ') : `${now.join(' ')} And ${left} more changes.`;
		timer = setTimeout(say, everyMs);
	};
	return sentences => {
		pending.push(...sentences);
		if (timer === undefined) say();
	};
}
