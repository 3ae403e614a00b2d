import {basename, isAbsolute, join} from 'node:path/posix';
import type {CompileCommand, Family} from '../compiler/command.js';
import {terminalDecoration, undecorated} from '../compiler/decoration.js';
import {driverModeOf} from '../compiler/family.js';
import {parseCommand, whyNotCompile} from '../compiler/parse-command.js';
import {uncacheableVariable} from '../key/environment.js';
import {directKey, type KeyContext} from '../key/keys.js';
import {type CompileRequest, stampBytes} from '../protocol/frames.js';
import {isRegularFile, stampAt} from '../protocol/stamp.js';
import {prefixMapArgs} from '../relocation/prefix-map.js';
import {type Roots, rootsOf} from '../relocation/roots.js';
import {packageOf} from './compile-here.js';
import type {Compiler} from './compilers.js';
import {type Answered, inquire} from './direct-lookup.js';
import {extraFiles} from './extra-files.js';
import {forbiddingVariable} from './no-cache.js';
import {expandResponseFiles} from './response-files.js';
import type {ShimConnection} from './shim-connection.js';
import {Trail} from './trail.js';
import type {Parts, Unit} from './unit.js';
import type {Verdict} from './verdict.js';

/** What the command line means; a Verdict when it is not for us. */
export async function understand(
	parts: Parts,
	shim: ShimConnection,
	request: CompileRequest,
): Promise<CompileCommand | Verdict> {
	const driverMode = modeOf(request);
	if (driverMode === undefined) {
		return {outcome: 'notCompile', reason: 'not a compiler that is cached'};
	}
	const variable = forbiddingVariable(parts, request, uncacheableVariable);
	if (variable !== undefined) {
		return {outcome: 'notCacheable', reason: variable};
	}
	const args = await expandResponseFiles(shim, request.args);
	const notCompile = whyNotCompile(args, driverMode);
	if (notCompile !== undefined) {
		return {outcome: 'notCompile', reason: notCompile};
	}
	const family = await parts.compilers.family(shim, request);
	if (family === 'script') {
		return {outcome: 'notCompile', reason: 'the compiler is a script'};
	}
	if (family === undefined) {
		return {outcome: 'notCompile', reason: 'not a compiler that is cached'};
	}
	const parsed = parseCommand({family, driverMode, args});
	if (parsed.kind === 'compile') {
		return parsed;
	}
	return {outcome: parsed.kind, reason: parsed.reason, family};
}

function modeOf({invoked, compiler}: CompileRequest) {
	return driverModeOf(basename(invoked)) ?? driverModeOf(basename(compiler));
}

export interface Identified {
	readonly unit: Unit;
	readonly foreseen: Answered | undefined;
}

/** The unit with its keys; a Verdict when its source can't be read. */
export async function identify(
	parts: Parts,
	shim: ShimConnection,
	request: CompileRequest,
	plain: CompileCommand,
): Promise<Identified | Verdict> {
	const extra = [...plain.extraInputs, ...extraFiles(request)];
	const inputs = [plain.input, ...extra];
	const {compiler, stamps, foreseen} = await look(parts, shim, request, plain, inputs);
	const buildFolder = request.env.get('PORTAGE_BUILDDIR');
	const roots = rootsOf({buildFolder, cwd: request.cwd, baseFolders: parts.baseFolders});
	const addedArgs = parts.mapsBuildPaths ? pathMapping(request, plain, compiler, roots) : [];
	const command = withArgs(plain, request, addedArgs);
	if (!isRegularFile(stampAt(stamps, 0))) {
		return {
			outcome: 'notCacheable',
			reason: 'source is not a regular file',
			family: command.family,
		};
	}
	const [sourceDigest, ...extraDigests] = await parts.sources.digests(shim, inputs, stamps);
	if (sourceDigest === undefined || extraDigests.includes(undefined)) {
		return {outcome: 'notCacheable', reason: 'an input could not be read', family: command.family};
	}
	const context: KeyContext = {
		command,
		compilerDigest: compiler.digest,
		nativeExpansion: compiler.nativeExpansion,
		env: request.env,
		cwd: request.cwd,
		roots,
		extraInputs: extra.map((path, index) => [path, extraDigests[index] as string] as const),
	};
	const useDirect =
		parts.directMode && !/^(?:0|off|false)$/.test(request.env.get('SCCACHE_DIRECT') ?? '');
	const sourcePath = isAbsolute(command.input) ? command.input : join(request.cwd, command.input);
	const unit: Unit = {
		parts,
		shim,
		request,
		command,
		compiler,
		context,
		sourceDigest,
		roots,
		addedArgs,
		directKey: useDirect ? directKey(context, sourceDigest) : undefined,
		sourcePath,
		decoration: request.stderrIsTerminal
			? terminalDecoration(command, compiler.majorVersion, request.env)
			: undecorated,
		trail: new Trail(),
	};
	return {unit, foreseen};
}

const firstWithMaps: Readonly<Record<Family, number>> = {gcc: 8, clang: 10};
/** Of a kind that the user's own would have to be ordered with. */
const ownMap = /^-f(?:file|debug|macro)-prefix-map=/;

/** Options that take the build's folder out of what the compiler writes. */
function pathMapping(
	request: CompileRequest,
	command: CompileCommand,
	compiler: Compiler,
	roots: Roots,
): readonly string[] {
	const isAble = compiler.majorVersion >= firstWithMaps[command.family];
	if (!isAble || command.args.some(arg => ownMap.test(arg))) return [];
	const {quote, bracket, system, after, forced} = command.search;
	return prefixMapArgs({
		roots,
		paths: [command.input, request.cwd, ...quote, ...bracket, ...system, ...after, ...forced],
		packageVersion: packageOf(request.env.get('PORTAGE_BUILDDIR')),
	});
}

/** The same compile with options that our own understanding of it asks for. */
function withArgs(
	command: CompileCommand,
	request: CompileRequest,
	added: readonly string[],
): CompileCommand {
	if (added.length === 0) return command;
	const driverMode = modeOf(request);
	if (driverMode === undefined) throw new Error('it was understood before');
	const {family} = command;
	const parsed = parseCommand({family, driverMode, args: [...added, ...command.args]});
	if (parsed.kind !== 'compile') throw new Error(`options of our own: ${parsed.reason}`);
	return parsed;
}

interface Look {
	readonly compiler: Compiler;
	/** Of the inputs. */
	readonly stamps: Buffer;
	readonly foreseen: Answered | undefined;
}

/** The compiler as it is now, the inputs, and the files that will probably be asked for next: one question when nothing changed. */
async function look(
	parts: Parts,
	shim: ShimConnection,
	request: CompileRequest,
	command: CompileCommand,
	inputs: readonly string[],
): Promise<Look> {
	const known = await parts.compilers.known(request, command);
	if (known !== undefined) {
		const manifest = parts.foresight.guess(request);
		const inquiry = manifest && inquire(parts, request.cwd, manifest);
		const stamps = await shim.stat([...known.files, ...inputs, ...(inquiry?.paths ?? [])]);
		const ofCompiler = known.files.length * stampBytes;
		const ofInputs = ofCompiler + inputs.length * stampBytes;
		if (stamps.subarray(0, ofCompiler).equals(known.stamps)) {
			return {
				compiler: known,
				stamps: stamps.subarray(ofCompiler, ofInputs),
				foreseen: inquiry && {...inquiry, stamps: stamps.subarray(ofInputs)},
			};
		}
	}
	const compiler = await parts.compilers.probe(shim, request, command);
	return {compiler, stamps: await shim.stat(inputs), foreseen: undefined};
}
