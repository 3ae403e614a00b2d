import {duration, minute} from '../../../lib/human.js';
import type {Difference, TierAsked} from '../../../stats/explanation.js';
import type {FieldDifference} from '../../../stats/nearest.js';
import type {NearestAnswer, WhyAnswer} from './answer.js';
import {whyNotCacheable, whyNotCompile, whyNotDistributed} from './reason-words.js';

/** For people, in lines. */
export function whyLines(answer: WhyAnswer): readonly string[] {
	const servers = serverLines(answer);
	const shared = sharedLines(answer);
	return [
		answer.path,
		`  ${aboutLine(answer)}`,
		'',
		...outcomeLines(answer),
		...(shared.length === 0 ? [] : ['', ...shared]),
		...(servers.length === 0 ? [] : ['', ...servers]),
	];
}

function aboutLine({at, package: name, compiler, outcome, elapsedMs}: WhyAnswer): string {
	const took = outcome === 'notCompile' ? [] : [`took ${duration(elapsedMs)}`];
	return [minute(Date.parse(at)), ...(name === '' ? [] : [name]), compiler, ...took].join(', ');
}

function outcomeLines(answer: WhyAnswer): readonly string[] {
	const {outcome, reason, savedMs} = answer;
	switch (outcome) {
		case 'directHit':
			return [
				`It came from ${fromWhere(answer)}: the source and all headers were as they had been. ${duration(savedMs)} saved.`,
			];
		case 'preprocessedHit':
			return [
				`It came from ${fromWhere(answer)}, once the preprocessor had run: what it reads had changed, and made no difference. ${duration(savedMs)} saved.`,
			];
		case 'notCompile':
			return [`It is not a compile. ${whyNotCompile(reason)}`];
		case 'notCacheable':
			return [`It was not cached. ${whyNotCacheable(reason)}`];
		case 'failed':
			return [
				reason === ''
					? 'The compiler ended with an error, and there was nothing to store.'
					: 'It was interrupted.',
			];
		case 'fallback':
			return [
				`Something of sccache failed (${reason}), and the real compiler ran. The daemon’s log says more.`,
			];
		case 'miss':
			return missLines(answer);
	}
}

function missLines(answer: WhyAnswer): readonly string[] {
	const {lookup, files, preprocessed, nearest, recached} = answer;
	const more = preprocessed ? ['The text that the preprocessor made was not known, either.'] : [];
	if (recached) return ['It was compiled anew, since SCCACHE_RECACHE is set.'];
	if (lookup === null) return ['It was not in the cache; more is not remembered of it.'];
	if (lookup === 'skipped') {
		return ['It was not in the cache. Direct mode is off, which could tell more.', ...more];
	}
	if (lookup === 'unusable') {
		return ['Its result had been stored, and was damaged, or lacked a file that is wanted now.'];
	}
	if (lookup === 'filesDiffer' && files.every(({kind}) => kind === 'folder')) {
		return [
			'It was not in the cache. The same command is, built in another folder, which the result names.',
			'With map_build_paths in [daemon] of the configuration it would not.',
			...more,
		];
	}
	if (lookup === 'filesDiffer') {
		return [
			'It was not in the cache. The same command is, made with other files:',
			...files.map(file => `  ${fileWords(file)}`),
			...more,
		];
	}
	return nearest === null
		? ['It was not in the cache. No earlier compile of this source is remembered.', ...more]
		: [...nearestLines(nearest), ...more];
}

function nearestLines({at, package: name, differences}: NearestAnswer): readonly string[] {
	const when = at === null ? 'earlier' : `on ${minute(Date.parse(at))}`;
	if (differences.length === 0) {
		return [`Its result was stored ${when}, and has had to make room for newer ones since.`];
	}
	const which = name === '' ? when : `${when} for ${name}`;
	return [
		`It was not in the cache. The nearest result, stored ${which}, differs:`,
		...differences.flatMap(fieldLines),
	];
}

const fileWords = ({kind, name}: Difference): string =>
	({
		changed: `${name} has changed`,
		gone: `${name} is not there any more`,
		appeared: `${name} is new, and comes before what was included then`,
		unfound: `${name} was found by __has_include then, and is not there any more`,
		variable: `${name} has another value, on which the result depends`,
		folder: 'the folder of the build, which is in the result',
	})[kind];

const fieldNames: Readonly<Record<string, string>> = {
	source: 'the source has changed',
	compiler: 'the compiler is another, in these files',
	language: 'the language or the kind of output',
	args: 'the arguments',
	native: 'what -march=native means on this CPU',
	env: 'the environment',
	input: 'the name of the source on the command line',
	extra: 'files that the command line names have changed',
	cwd: 'the folder, which is in the result',
	outputs: 'the files that are written',
	color: 'whether diagnostics are coloured',
	crate: 'the name of the crate',
	externs: 'crates that it uses are others',
	macros: 'procedural macros in reach, or variables that they may ask for',
	terminal: 'whether diagnostics go to a terminal',
};

const mostShown = 12;

function fieldLines({field, here, there}: FieldDifference): readonly string[] {
	const title = `  ${fieldNames[field] ?? field}`;
	if (field === 'compiler' || field === 'extra' || field === 'externs') {
		return [title, ...shown([...here, ...there]).map(path => `    ${path}`)];
	}
	if (here.length + there.length === 0) {
		return [field === 'source' ? title : `${title}: the same, in another order`];
	}
	return [
		`${title}:`,
		...shown(here).map(value => `    now   ${value}`),
		...shown(there).map(value => `    then  ${value}`),
	];
}

function shown(all: readonly string[]): readonly string[] {
	const values = [...new Set(all)];
	if (values.length <= mostShown) return values;
	return [...values.slice(0, mostShown), `and ${values.length - mostShown} more`];
}

const fromWhere = ({shared}: WhyAnswer): string => {
	const found = shared.find(({answer}) => answer === 'found');
	return found === undefined ? 'the cache' : `the shared cache ${found.tier}`;
};

const sharedAnswers: Readonly<Record<string, string>> = {
	found: 'has it',
	unknown: 'does not have it',
	'files differ': 'has it, made with other files',
	gone: 'had it, and its result is gone',
	'timed out': 'did not answer in time',
	failed: 'could not be asked',
	'left alone': 'was not asked, since it failed before',
	'too slow': 'was not asked, since it takes longer than the compile',
	foreign: 'has something else in its place',
	damaged: 'has it, damaged',
	misplaced: 'has something of ours that belongs elsewhere in its place',
	'too large': 'has something too large in its place',
	unsigned: 'has it, without a signature',
	'wrongly signed': 'has it, signed with another key',
};

function sharedLines({shared}: WhyAnswer): readonly string[] {
	if (shared.length === 0) return [];
	const line = ({tier, answer, elapsedMs}: TierAsked) => {
		const after = elapsedMs < 1 ? '' : `, after ${duration(elapsedMs)}`;
		return `  ${tier} ${sharedAnswers[answer] ?? answer}${after}`;
	};
	return ['Shared caches:', ...shared.map(line)];
}

function serverLines({server, notDistributed, attempts}: WhyAnswer): readonly string[] {
	const tried = attempts
		.filter(({code}) => code !== '')
		.map(({server: where, code, message, elapsedMs}) => {
			const words = message === '' ? code : `${code}: ${message}`;
			return `  ${where || 'scheduler'}, after ${duration(elapsedMs)}: ${words}`;
		});
	const trials = tried.length === 0 ? [] : ['Tried, and what came back:', ...tried];
	if (server !== '') return [`It was compiled by the server ${server}.`, ...trials];
	if (notDistributed === '') return trials;
	return [`It was compiled here. ${whyNotDistributed(notDistributed)}`, ...trials];
}
