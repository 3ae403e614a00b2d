import {shortDuration, size} from '../../lib/human.js';
import type {LiveServer} from '../../protocol/live.js';
import {shown} from './cells.js';
import {bar} from './charts.js';
import type {Sorting} from './choice.js';
import {type Line, type Look, plain, span, type Tone} from './line.js';
import {type Column, table} from './table.js';

const stateTones: Readonly<Record<LiveServer['state'], Tone>> = {
	up: 'good',
	draining: 'warning',
	quarantined: 'bad',
	silent: 'bad',
};

/** A heading and a line a server. */
export function serverLines(
	servers: readonly LiveServer[],
	sorting: Sorting,
	how: {readonly width: number | undefined; readonly look: Look},
): readonly Line[] {
	const wide = (how.width ?? 100) >= 100;
	return table(columns(wide ? 20 : 10, how.look, servers), sorted(servers, sorting), how);
}

function columns(
	barWidth: number,
	{glyphs}: Look,
	servers: readonly LiveServer[],
): readonly Column<LiveServer>[] {
	const figures = (value: (server: LiveServer) => string) => (server: LiveServer) => [
		plain(value(server)),
	];
	const hasDone = servers.some(({done, failed}) => done + failed > 0);
	return [
		{
			title: 'SERVER',
			side: 'left',
			// An address of IPv4, with its port.
			least: 21,
			cell: figures(({address}) => shown(address, glyphs)),
		},
		{
			title: 'SLOTS'.padEnd(barWidth),
			side: 'left',
			leaves: 3,
			cell: ({jobs, slots}) => bar(jobs, slots, barWidth, glyphs),
		},
		{title: 'JOBS', side: 'right', cell: figures(({jobs, slots}) => `${jobs}/${slots}`)},
		{
			title: 'LOAD',
			side: 'right',
			leaves: 4,
			cell: figures(({load}) => (load === undefined ? '-' : load.toFixed(1))),
		},
		{title: 'SPEED', side: 'right', leaves: 5, cell: figures(({speed}) => speed.toFixed(2))},
		{
			title: 'FREE',
			side: 'right',
			leaves: 2,
			cell: figures(({memoryFreeBytes}) =>
				memoryFreeBytes === undefined ? '-' : size(memoryFreeBytes),
			),
		},
		{title: 'ARCH', side: 'left', leaves: 1, cell: figures(({arch}) => shown(arch ?? '-', glyphs))},
		...(hasDone
			? ([
					{title: 'DONE', side: 'right', leaves: 1, cell: figures(({done}) => String(done))},
					{
						title: 'FAILED',
						side: 'right',
						leaves: 1,
						cell: ({failed}: LiveServer) => [
							span(String(failed), failed > 0 ? 'warning' : undefined),
						],
					},
				] satisfies Column<LiveServer>[])
			: []),
		{
			title: 'STATE',
			side: 'left',
			least: 24,
			cell: server => [span(shown(stateOf(server), glyphs), stateTones[server.state])],
		},
	];
}

function stateOf({state, reason, quarantineMs, lastSeenMs}: LiveServer): string {
	if (state === 'quarantined') {
		const why = reason === '' ? '' : `: ${reason}`;
		return `out for ${shortDuration(quarantineMs)}${why}`;
	}
	return state === 'silent' ? `silent for ${shortDuration(lastSeenMs)}` : state;
}

function sorted(servers: readonly LiveServer[], sorting: Sorting): readonly LiveServer[] {
	const byName = (one: LiveServer, other: LiveServer) =>
		one.address.localeCompare(other.address, 'en', {numeric: true});
	return servers.toSorted((one, other) => {
		const more = sorting === 'name' ? 0 : other.jobs - one.jobs;
		return more === 0 ? byName(one, other) : more;
	});
}
