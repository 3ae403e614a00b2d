import type {Log} from '../lib/log.js';
import type {Explanation} from '../stats/explanation.js';
import type {CompileRecord, Outcome} from '../stats/record.js';
import {logTargets} from './log-targets.js';

const words: Record<Exclude<Outcome, 'miss'>, string> = {
	directHit: 'from the cache',
	preprocessedHit: 'from the cache, after preprocessing',
	notCacheable: 'compiled, and not to be cached',
	notCompile: 'no compile',
	failed: 'the compiler failed',
	fallback: 'compiled without us, since something of ours failed',
};

/** One line a compile; with debug, all that is known of it. */
export function tellCompile(log: Log, record: CompileRecord): void {
	const said = log.of(logTargets.compile);
	const {outcome, server} = record;
	const level = outcome === 'notCompile' ? 'debug' : 'info';
	if (!said.isOn(level)) return;
	const text =
		outcome === 'miss' ? `compiled ${server === '' ? 'here' : 'by a server'}` : words[outcome];
	said[level](text, {...inShort(record), ...(said.isOn('debug') ? inFull(record) : {})});
}

function inShort(record: CompileRecord) {
	return {
		package: given(record.package),
		source: given(record.source),
		reason: given(record.reason),
		server: given(record.server),
		tier: given(record.tier),
		notDistributed: given(record.notDistributed),
		failedServers: given(record.failedServers.join()),
		elapsedMs: Math.round(record.elapsedMs),
		savedMs: Math.round(record.savedMs) || undefined,
	};
}

function inFull(record: CompileRecord) {
	return {
		outcome: record.outcome,
		compiler: record.compiler,
		family: given(record.family),
		language: given(record.language),
		cwd: record.cwd,
		compileMs: Math.round(record.compileMs),
		sizeBytes: record.sizeBytes,
		storeMs: Math.round(record.storeMs),
		writeError: record.writeError || undefined,
		recached: record.recached || undefined,
		...(record.explanation === undefined ? {} : why(record.explanation)),
	};
}

/** Of what did not come from the cache. */
function why({directKey, lookup, differences, preprocessed, attempts, tiers}: Explanation) {
	return {
		directKey: given(directKey),
		lookup,
		nearestDiffersBy: given(differences.map(({kind, name}) => `${kind} ${name}`).join(', ')),
		preprocessed,
		shared: given(
			(tiers ?? [])
				.map(({tier, answer, elapsedMs}) => `${tier}: ${answer} after ${Math.round(elapsedMs)} ms`)
				.join(', '),
		),
		attempts: given(
			attempts
				.map(({server, code, message, elapsedMs}) => {
					const words = code === '' ? 'done' : `${code} (${message})`;
					return `${server || 'scheduler'}: ${words} after ${Math.round(elapsedMs)} ms`;
				})
				.join(', '),
		),
	};
}

const given = (text: string): string | undefined => (text === '' ? undefined : text);
