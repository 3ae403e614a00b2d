import {elsewhere} from '../../compiler/elsewhere.js';
import {AppError} from '../../lib/errors.js';
import type {RunJobRequest} from '../../protocol/dist/messages.js';
import type {Member} from '../../store/store.js';
import {isWorthKeeping, packageOf, plainMode, toEntry} from '../compile-here.js';
import {gatherEvidence} from '../evidence.js';
import {kindOf} from '../expected-times.js';
import {isToBeFresh} from '../no-cache.js';
import {PathStates} from '../path-states.js';
import type {Preprocessed} from '../preprocess.js';
import {serveHit} from '../serve-hit.js';
import {stderrMember} from '../stderr-member.js';
import type {Unit} from '../unit.js';
import type {Distribution} from './distribution.js';
import type {ForeseenFiles} from './foresee-files.js';
import {gatherInputs, inputsBytes} from './inputs.js';
import type {DigestedInputs} from './inputs-there.js';
import {type ListedFiles, listFiles} from './list-files.js';
import {remoteLocale} from './locale.js';
import {remoteCommand, variableOfThisMachine} from './remote-command.js';
import type {JobResult} from './server-link.js';
import {type Job, type Ready, stay, type Traveller} from './traveller.js';
import {toBytes} from './utf8.js';
import {withToolchain} from './with-toolchain.js';

/** A compile of C or one of its kin, that may be done elsewhere. */
export function unitTraveller(unit: Unit, preprocessed: Preprocessed | undefined): Traveller {
	return {
		parts: unit.parts,
		shim: unit.shim,
		kind: kindOf(unit.command.family, unit.command.language),
		trail: unit.trail,
		about: {source: unit.command.input, shim: unit.request.pid},
		unit: {path: unit.sourcePath, package: packageOf(unit.request.env.get('PORTAGE_BUILDDIR'))},
		isFresh: isToBeFresh(unit.request),
		prepare: distribution => prepare(unit, distribution),
		describe: (distribution, ready) => describe(unit, distribution, ready, preprocessed),
	};
}

function prepare(unit: Unit, distribution: Distribution): Ready {
	const {command, compiler, request} = unit;
	if (request.env.has('SCCACHE_NO_DIST')) return stay('SCCACHE_NO_DIST');
	const there = elsewhere(command, compiler.nativeExpansion);
	if (there.kind === 'here') return stay(there.reason);
	const variable = variableOfThisMachine(command, request);
	if (variable !== undefined) return stay(variable);
	return withToolchain(distribution, {...compiler, program: request.compiler}, there.args);
}

async function describe(
	unit: Unit,
	distribution: Distribution,
	ready: Ready,
	preprocessed: Preprocessed | undefined,
): Promise<Job | string> {
	const listed = preprocessed ?? (await distribution.files.list(unit, inTurn(unit, distribution)));
	if (listed === undefined) return 'preprocessing fails';
	const job = await describeWith(unit, distribution, ready, listed);
	if (typeof job !== 'string' || !('states' in listed)) return job;
	// More files than the compile reads: one of those others may be in the way.
	const fewer = await inTurn(unit, distribution)(() => listFiles(unit));
	return fewer === undefined
		? 'preprocessing fails'
		: describeWith(unit, distribution, ready, fewer);
}

async function describeWith(
	unit: Unit,
	{canonicalNames}: Distribution,
	{executable, args}: Ready,
	listed: Preprocessed | ListedFiles | ForeseenFiles,
): Promise<Job | string> {
	const known = 'states' in listed ? listed : {states: new PathStates(unit.shim)};
	const evidence = await gatherEvidence(unit, listed.files, listed.startedNs, known);
	if (evidence.kind === 'uncacheable') return evidence.reason;
	if (evidence.direct === undefined) return 'not known which files decide';
	let request: RunJobRequest;
	let inputs: DigestedInputs;
	try {
		request = remoteCommand(unit, executable, args);
		inputs = await gatherInputs(unit, evidence.direct, known.states, canonicalNames);
	} catch (error) {
		if (error instanceof AppError && error.code === 'INPUTS_UNSENDABLE') return error.code;
		throw error;
	}
	const sized = {family: unit.command.family, sizeBytes: inputsBytes(inputs)};
	const byText = 'key' in listed ? listed : undefined;
	return {
		request,
		inputs,
		sized,
		isForeseen: 'states' in listed,
		finish(result, {server}, times) {
			const members = membersOf(unit, result);
			const made = {byText, text: byText, members: members.filter(isWorthKeeping)};
			const entry = toEntry(unit, evidence, made, times);
			const served = serveHit(unit, {members});
			if (!served) throw new AppError('SERVER_FAILED', `${server} did not send all outputs`);
			return entry;
		},
	};
}

/** Runs of the preprocessor wait for each other. */
function inTurn({shim}: Unit, {preprocessing}: Distribution) {
	return async <Value>(run: () => Promise<Value>): Promise<Value> => {
		const release = await preprocessing.take(shim.gone);
		try {
			return await run();
		} finally {
			release();
		}
	};
}

/** Throws an AppError for a result that is not surely what the compile would have made here. */
function membersOf(unit: Unit, {output, outputs}: JobResult): readonly Member[] {
	if (output.code !== 0) {
		throw new AppError('REMOTE_COMPILE_FAILED', `the compiler ended with ${output.code} there`);
	}
	if (output.stderr.length > 0 && !remoteLocale(unit.request.env).saysTheSame) {
		throw new AppError('REMOTE_DIAGNOSTICS', 'diagnostics in a language that no server speaks');
	}
	const byName = new Map([...outputs].map(([name, bytes]) => [toBytes(name), bytes]));
	return [
		...unit.command.outputs.map(({kind, path}) => {
			const bytes = byName.get(path);
			if (bytes === undefined) {
				throw new AppError('REMOTE_OUTPUT_MISSING', `the compiler made no ${kind} there`);
			}
			return {name: kind, bytes, mode: plainMode};
		}),
		{name: stderrMember(unit.decoration), bytes: output.stderr, mode: plainMode},
		{name: 'stdout', bytes: output.stdout, mode: plainMode},
	];
}
