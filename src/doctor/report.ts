import {styleText} from 'node:util';
import {wrapped} from '../lib/wrapped.js';
import type {Finding} from './check.js';
import {type Status, statuses, worst} from './verdict.js';

export interface Look {
	/** Columns. */
	readonly width: number;
	readonly isColoured: boolean;
}

const statusWidth = 9;
const indent = ' '.repeat(2 + statusWidth);

const colours = {ok: 'green', skipped: 'dim', warning: 'yellow', failure: 'red'} as const;

/** A line for a finding, or some, under the heading of its group where it is the first. */
export function findingText(finding: Finding, before: Finding | undefined, look: Look): string {
	const {group, status, title, message, mend, repaired} = finding;
	const {isColoured, width} = look;
	const paint = (style: Parameters<typeof styleText>[0], text: string) =>
		isColoured ? styleText(style, text, {validateStream: false}) : text;
	const heading = group === before?.group ? '' : `${before ? '\n' : ''}${paint('bold', group)}\n`;
	const [first = '', ...rest] = wrapped(
		title === group ? message : `${title}: ${message}`,
		width - indent.length,
	);
	const word = paint(colours[status], status.padEnd(statusWidth));
	const lines = [
		`  ${word}${status === 'skipped' ? paint('dim', first) : first}`,
		...rest.map(line => `${indent}${status === 'skipped' ? paint('dim', line) : line}`),
		...(repaired === undefined ? [] : hanging('mended: ', repaired, width)),
		...(mend === undefined || status === 'ok' ? [] : hanging('-> ', mend, width)),
	];
	return `${heading}${lines.join('\n')}\n`;
}

/** A command is not broken where that can be helped: it is to be copied. */
function hanging(lead: string, text: string, width: number): readonly string[] {
	const [first = '', ...rest] = wrapped(text, width - indent.length - lead.length);
	const under = ' '.repeat(lead.length);
	return [`${indent}${lead}${first}`, ...rest.map(line => `${indent}${under}${line}`)];
}

/** What it comes to, in a sentence. */
export function summaryText(findings: readonly Finding[], {isColoured}: Look): string {
	const count = (status: Status) => findings.filter(finding => finding.status === status).length;
	const noun = (status: Status) =>
		`${count(status)} ${status === 'ok' || status === 'skipped' || count(status) === 1 ? status : `${status}s`}`;
	const parts = statuses.filter(status => count(status) > 0).map(noun);
	const text = `${parts.join(', ')}.`;
	const status = worst(findings);
	const end = {
		failure: 'The chain is broken.',
		warning: 'It works; the warnings tell what could be better.',
		ok: 'All is well.',
		skipped: 'All that could be looked at is well.',
	}[status];
	const coloured = isColoured ? styleText(colours[status], end, {validateStream: false}) : end;
	return `\n${text} ${coloured}\n`;
}
