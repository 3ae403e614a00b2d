import test from 'ava';
import fc from 'fast-check';
import stringWidth from 'string-width';
import type {LiveJob, LiveServer, LiveView} from '../../src/protocol/live.js';
import {
	firstChoice,
	groupings,
	panelChoices,
	sortings,
	type TopChoice,
} from '../../src/top/frame/choice.js';
import {frame, wholeFrame} from '../../src/top/frame/frame.js';
import {type GlyphSet, glyphSets} from '../../src/top/frame/glyphs.js';
import type {Look} from '../../src/top/frame/line.js';
import {anyView, job, noSums, quiet, server} from './views.js';

const plainLook: Look = {isColoured: false, glyphs: glyphSets.unicode};
const ascii: Look = {isColoured: false, glyphs: glyphSets.ascii};

const anyChoice: fc.Arbitrary<TopChoice> = fc.record({
	sorting: fc.constantFrom(...sortings),
	grouping: fc.constantFrom(...groupings),
	panels: fc.constantFrom(...panelChoices),
	offset: fc.nat(200),
	isHelp: fc.boolean(),
});
const anyLook: fc.Arbitrary<Look> = fc.record({
	isColoured: fc.boolean(),
	glyphs: fc.constantFrom(...(Object.keys(glyphSets) as GlyphSet[])).map(name => glyphSets[name]),
});
const anySight = fc.record({
	view: fc.option(anyView, {nil: undefined}),
	trouble: fc.option(fc.array(fc.string({unit: 'grapheme'}), {minLength: 1, maxLength: 2}), {
		nil: undefined,
	}),
});
const anySize = fc.record({
	columns: fc.integer({min: 1, max: 250}),
	rows: fc.integer({min: 1, max: 70}),
});

/** What colours are made of, and nothing else. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it looks for
const colours = /\u001b\[\d+m/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it looks for
const controls = /[\u0000-\u001f\u007f-\u009f]/;

test('whatever there is to see, on whatever screen: as many lines as it has rows, none wider than it is', t => {
	fc.assert(
		fc.property(anySight, anyChoice, anySize, anyLook, (sight, choice, size, look) => {
			const {lines} = frame(sight, choice, size, look);
			t.is(lines.length, size.rows);
			for (const line of lines)
				t.true(stringWidth(line.replace(colours, '')) <= size.columns, line);
		}),
		{numRuns: 300},
	);
});

test('nothing that a terminal obeys gets in, but for colours', t => {
	fc.assert(
		fc.property(anySight, anyChoice, anySize, anyLook, (sight, choice, size, look) => {
			for (const line of frame(sight, choice, size, look).lines) {
				t.notRegex(look.isColoured ? line.replace(colours, '') : line, controls);
			}
		}),
		{numRuns: 150},
	);
});

test('a locale without UTF-8 gets ASCII alone', t => {
	fc.assert(
		fc.property(anySight, anyChoice, anySize, (sight, choice, size) => {
			for (const line of frame(sight, choice, size, ascii).lines) t.regex(line, /^[ -~]*$/);
		}),
		{numRuns: 150},
	);
});

test('every line can be scrolled to', t => {
	const jobs = Array.from({length: 50}, (_, at) => ({...job, id: `${at}`, unit: `unit${at}.c`}));
	const view = {...quiet, jobs, jobsInAll: 50};
	const seen = new Set<string>();
	const choice = {...firstChoice, grouping: 'none'} as const;
	for (let offset = 0; offset < 60; offset++) {
		const size = {columns: 80, rows: 10};
		const {lines} = frame({view, trouble: undefined}, {...choice, offset}, size, plainLook);
		for (const [, unit = ''] of lines.join('\n').matchAll(/(unit\d+\.c)/g)) seen.add(unit);
	}
	t.is(seen.size, 50);
});

test('jobs are told by package, with single ones as far as there is room', t => {
	const jobs: LiveJob[] = [
		{...job, id: '1', ageMs: 125_000},
		{...job, id: '2', unit: 'b.c', server: '192.0.2.1:10501', ageMs: 3000},
		{
			...job,
			id: '3',
			package: 'dev-qt/qtbase-6.8',
			unit: 'q.cpp',
			state: 'asked',
			ageMs: 10,
		} as const,
	];
	const text = (rows: number, more: readonly LiveJob[] = []) => {
		const view = {...quiet, jobs: [...jobs, ...more], jobsInAll: 3};
		const size = {columns: 80, rows};
		return frame({view, trouble: undefined}, firstChoice, size, plainLook).lines.join('\n');
	};
	const all = text(30);
	t.regex(all, /^dev-libs\/foo-1 +2 +2m5s +1 here, 1 away$/m);
	t.regex(all, /^ {2}a\.c +2m5s +runs here$/m);
	t.regex(all, /^ {2}b\.c +3\.0s +runs on 192\.0\.2\.1:10501$/m);
	t.regex(all, /^dev-qt\/qtbase-6\.8 +1 +<1s +1 waiting$/m);
	const groupsAlone = text(
		14,
		[1, 2, 3].map(at => ({...job, package: `a/p-${at}`, unit: 'p.c'})),
	);
	t.regex(groupsAlone, /^dev-libs\/foo-1 /m);
	t.regex(groupsAlone, /^dev-qt\/qtbase-6\.8 /m);
	t.notRegex(groupsAlone, /\.(?:c|cpp) /);
});

test('servers are told with their load, and why they are out', t => {
	const servers: LiveServer[] = [
		server,
		{
			...{...server, address: '192.0.2.2:10501', state: 'quarantined', jobs: 0},
			...{quarantineMs: 240_000, reason: 'the sandbox failed'},
		} as const,
	];
	const view: LiveView = {...quiet, scheduler: 'reached', servers, queued: 3};
	const lines = wholeFrame({view, trouble: undefined}, firstChoice, undefined, ascii).join('\n');
	t.regex(lines, /^192\.0\.2\.1:10501 +#{10}-{10} +5\/10 +4\.4 +1\.25 +7\.45 GiB +x86_64 +up$/m);
	t.regex(lines, /^192\.0\.2\.2:10501 .* out for 4m: the sandbox failed$/m);
	t.regex(lines, /^Farm +#+-+ 5 of 10 run, 3 wait, 1 server, 1 not up$/m);
});

test('the hit rate of the last minutes, and what it saved', t => {
	const minutes = [
		...Array.from({length: 27}, () => noSums),
		{compiles: 4, hits: 0, remote: 2, savedMs: 0},
		noSums,
		{compiles: 6, hits: 6, remote: 0, savedMs: 250_000},
	];
	const clients = quiet.clients.map(client => ({...client, minutes}));
	const lines = wholeFrame(
		{view: {...quiet, clients}, trouble: undefined},
		firstChoice,
		100,
		plainLook,
	).join('\n');
	t.regex(lines, /^Cache +60 % +·{27}▁·█ 6 of 10 compiles hit in 30 min$/m);
	t.regex(lines, /^Saved +4 min 10 s in 30 min · 2 by servers$/m);
});

test('many servers leave half of the screen to jobs, and say how they are seen', t => {
	const servers = Array.from({length: 40}, (_, at) => ({...server, address: `192.0.2.${at}:1`}));
	const jobs = Array.from({length: 10}, (_, at) => ({...job, id: `${at}`, package: `a/p-${at}`}));
	const view: LiveView = {...quiet, scheduler: 'reached', servers, jobs, jobsInAll: 10};
	const {lines} = frame(
		{view, trouble: undefined},
		firstChoice,
		{columns: 80, rows: 40},
		plainLook,
	);
	const text = lines.join('\n');
	t.regex(text, /and \d+ servers more: v shows them/);
	for (let at = 0; at < 10; at++) t.true(text.includes(`a/p-${at} `));
});

test('trouble is told with what can be done, and is seen on the smallest screen', t => {
	const trouble = [
		'No daemon answers on /run/sccache.sock.',
		'Start it: systemctl start sccache-client',
	];
	const {lines} = frame({view: undefined, trouble}, firstChoice, {columns: 20, rows: 5}, plainLook);
	t.is(lines[1], 'No daemon answers on');
	const large = frame({view: undefined, trouble}, firstChoice, {columns: 80, rows: 24}, plainLook);
	t.true(large.lines.includes('Start it: systemctl start sccache-client'));
});
