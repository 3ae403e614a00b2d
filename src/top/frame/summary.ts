import {count, counted, duration, percent, shortDuration} from '../../lib/human.js';
import type {LiveSums, LiveView} from '../../protocol/live.js';
import {shown} from './cells.js';
import {bar, sparkline} from './charts.js';
import {apart, type Line, type Look, plain, span} from './line.js';

const labelWidth = 8;
const label = (name: string) => span(name.padEnd(labelWidth), 'heading');

/** The line at the top of everything. */
export function titleLine(view: LiveView | undefined, width: number | undefined, look: Look): Line {
	const name = span('sccache-gentoo top', 'heading');
	if (view === undefined) return [name];
	const host = view.clients[0]?.host ?? '';
	const upFor = shortDuration(Math.max(0, view.atMs - view.startedMs));
	return apart(
		[name, plain('  '), span(shown(host, look.glyphs), 'accent')],
		[
			span(`${shown(view.version, look.glyphs)}, up ${upFor}  `, 'dim'),
			plain(clockTime(view.atMs)),
		],
		width,
	);
}

/** What this host and the farm do, and what it has brought lately: a line each. */
export function summaryLines(
	view: LiveView,
	width: number | undefined,
	look: Look,
): readonly Line[] {
	const barWidth = Math.min(32, Math.max(4, (width ?? 100) - 56));
	return [
		hereLine(view, barWidth, look),
		...farmLines(view, barWidth, look),
		cacheLine(view, width ?? 100, look),
		savedLine(view, look),
	];
}

function hereLine({clients}: LiveView, barWidth: number, {glyphs}: Look): Line {
	const {slots, running, waiting} = clients[0] ?? {slots: 0, running: 0, waiting: 0};
	return [
		label('Here'),
		...bar(running, slots, barWidth, glyphs),
		plain(` ${slots === 0 ? `${count(running)} run` : `${running} of ${slots} run`}`),
		...(waiting === 0 ? [] : [plain(glyphs.between), span(`${waiting} wait`, 'warning')]),
	];
}

function farmLines(
	{scheduler, servers, queued}: LiveView,
	barWidth: number,
	{glyphs}: Look,
): readonly Line[] {
	if (scheduler === 'none') return [];
	if (scheduler === 'away') {
		return [[label('Farm'), span('the scheduler can not be reached', 'bad')]];
	}
	if (servers.length === 0) return [[label('Farm'), span('no server is there', 'warning')]];
	const open = servers.filter(({state}) => state === 'up');
	const jobs = servers.reduce((sum, server) => sum + server.jobs, 0);
	const slots = open.reduce((sum, server) => sum + server.slots, 0);
	const out = servers.length - open.length;
	return [
		[
			label('Farm'),
			...bar(jobs, slots, barWidth, glyphs),
			plain(` ${count(jobs)} of ${count(slots)} run`),
			...(queued === 0 ? [] : [plain(glyphs.between), span(`${count(queued)} wait`, 'warning')]),
			plain(`${glyphs.between}${counted(open.length, 'server')}`),
			...(out === 0 ? [] : [span(`, ${count(out)} not up`, 'bad')]),
		],
	];
}

function cacheLine({clients}: LiveView, width: number, {glyphs}: Look): Line {
	const minutes = clients[0]?.minutes ?? [];
	const {compiles, hits} = total(minutes);
	const time = `${minutes.length} min`;
	if (compiles === 0) return [label('Cache'), span(`no compile in ${time}`, 'dim')];
	const share = hits / compiles;
	const rate = percent(share).padEnd(6);
	const whole = ` ${count(hits)} of ${counted(compiles, 'compile')} hit in ${time}`;
	const room = width - labelWidth - rate.length;
	const text =
		room - whole.length >= minutes.length ? whole : ` ${count(hits)} of ${count(compiles)}`;
	const shares = minutes.map(sums => (sums.compiles === 0 ? undefined : sums.hits / sums.compiles));
	const most = Math.min(minutes.length, Math.max(0, room - text.length));
	return [
		label('Cache'),
		span(rate, share >= 0.5 ? 'good' : undefined),
		span(sparkline(shares.slice(minutes.length - most), glyphs), 'accent'),
		plain(text),
	];
}

function savedLine({clients}: LiveView, {glyphs}: Look): Line {
	const minutes = clients[0]?.minutes ?? [];
	const {savedMs, remote} = total(minutes);
	return [
		label('Saved'),
		span(duration(savedMs), savedMs > 0 ? 'good' : undefined),
		plain(` in ${minutes.length} min`),
		...(remote === 0 ? [] : [plain(`${glyphs.between}${count(remote)} by servers`)]),
	];
}

function total(minutes: readonly LiveSums[]): LiveSums {
	const add = (value: (sums: LiveSums) => number) =>
		minutes.reduce((sum, sums) => sum + value(sums), 0);
	return {
		compiles: add(sums => sums.compiles),
		hits: add(sums => sums.hits),
		remote: add(sums => sums.remote),
		savedMs: add(sums => sums.savedMs),
	};
}

/** In local time: 14:05:32. */
const clockTime = (atMs: number): string => new Date(atMs).toTimeString().slice(0, 8);
