import {type DepInfo, parseDepInfo} from '../../rustc/dep-info.js';
import type {RustUnit} from './rust-unit.js';

/** Dependency files are small. */
const maxBytes = 64 * 1024 * 1024;

export interface DepInfoRun {
	readonly depInfo: DepInfo;
	/** When it began, by the clock that stamps files. */
	readonly startedNs: bigint;
}

/**
 * Another run of rustc that reads the sources and makes nothing else. `withCrates`: it names the files of all crates as sources, too,
 * which only an unstable option does (-Z binary-dep-depinfo). Undefined when it fails: the compile will say why.
 */
export async function runForDepInfo(
	{shim, request, command, parts}: RustUnit,
	withCrates: boolean,
): Promise<DepInfoRun | undefined> {
	const path = `${request.env.get('TMPDIR') || '/tmp'}/sccache-${parts.randomName()}.d`;
	const behind = command.program === 'clippy' ? ['rustc'] : [];
	const done = await shim.run({
		flags: 0,
		program: request.compiler,
		argv: [
			...[request.compiler, ...behind, ...command.argsWithoutOutputs],
			...(withCrates ? ['-Zbinary-dep-depinfo'] : []),
			`--emit=dep-info=${path}`,
		],
		env: withCrates ? ['RUSTC_BOOTSTRAP=1'] : [],
		temps: [path],
	});
	if (done.exitCode !== 0) return undefined;
	const {errno, bytes} = await shim.read(path, maxBytes);
	const depInfo = errno === 0 ? parseDepInfo(bytes.toString('latin1')) : undefined;
	return depInfo && {depInfo, startedNs: done.startedNs};
}
