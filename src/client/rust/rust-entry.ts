import {resultKey} from '../../key/keys.js';
import {withoutOutputs} from '../../rustc/artifact-messages.js';
import {depInfoTemplate} from '../../rustc/dep-info-template.js';
import {namesRoot} from '../../rustc/roots.js';
import type {Entry, Manifest, Member} from '../../store/store.js';
import {isWorthKeeping, packageOf, plainMode} from '../compile-here.js';
import {rootsCondition} from '../conditions.js';
import type {RustEvidence} from './rust-evidence.js';
import type {RustUnit} from './rust-unit.js';

/** Before the umask. */
const executableMode = 0o777;

/** What a compile made: the outputs in the order of the command, and what it said. */
export interface RustResult {
	readonly outputs: readonly Buffer[];
	readonly stdout: Buffer;
	readonly stderr: Buffer;
}

/** The entry to store; a reason when it can't be told from what was made how it would be elsewhere. */
export function rustEntry(
	unit: RustUnit,
	evidence: RustEvidence & {readonly kind: 'sound'},
	{outputs, stdout, stderr}: RustResult,
	times: {readonly atMs: number; readonly compileMs: number},
): Entry | string {
	const {command, request, roots} = unit;
	const said = stderr.toString('latin1');
	if (unit.saysToTerminal && said !== '') return 'diagnostics for a terminal';
	const messages = withoutOutputs(said, command.outputs);
	if (messages === undefined) return 'a message names another output';
	const members: Member[] = [];
	for (const [index, {kind}] of command.outputs.entries()) {
		let bytes = outputs[index] as Buffer;
		if (kind === 'dep-info') {
			const template = depInfoTemplate(bytes.toString('latin1'), command.outputs, roots);
			if (template === undefined) return 'a dependency file in another form';
			bytes = Buffer.from(template, 'latin1');
		}
		members.push({name: kind, bytes, mode: kind === 'shared' ? executableMode : plainMode});
	}
	members.push({name: 'stdout', bytes: stdout, mode: plainMode});
	members.push({name: 'stderr', bytes: Buffer.from(messages, 'latin1'), mode: plainMode});
	const kept = members.filter(isWorthKeeping);
	const findings = {
		includes: [
			...evidence.includes,
			...(isTiedToRoots(unit, kept) ? [rootsCondition(roots.folders)] : []),
		],
		absent: evidence.absent,
		present: [],
	};
	const manifest: Manifest = {resultKey: resultKey(unit.directKey, findings), ...findings};
	return {
		resultKey: manifest.resultKey,
		facts: {
			createdMs: times.atMs,
			compileMs: times.compileMs,
			compiler: request.compiler,
			language: 'rust',
			package: packageOf(request.env.get('PORTAGE_BUILDDIR')),
			directKey: unit.directKey,
			manifest,
			preprocessedKey: undefined,
			sourcesDigest: undefined,
			unitKeys: [],
		},
		members: kept,
	};
}

/** An output names one of the folders that were to be taken out of it, or may without our seeing it. */
function isTiedToRoots({command, roots}: RustUnit, members: readonly Member[]): boolean {
	const bytes = members.map(member => member.bytes);
	return roots.folders.length > 0 && (command.hidesPaths || namesRoot(roots, bytes));
}
