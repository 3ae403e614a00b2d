import {localStamp} from '../../toolchain/program-digest.js';
import type {Distribution} from './distribution.js';
import {type Ready, stay} from './traveller.js';

/** The compiler that is to be packed: its program, and all that its digest is of. */
export interface PackedCompiler {
	readonly program: string;
	readonly digest: string;
	readonly files: readonly string[];
	readonly stamps: Buffer;
}

/** What a compile needs to go away, with its toolchain; one that is not packed yet is begun. */
export function withToolchain(
	{packer, schedulers}: Distribution,
	{program, digest, files, stamps}: PackedCompiler,
	args: readonly string[],
): Ready {
	const toolchain = packer()?.ready({
		compiler: program,
		digest,
		isStillThat: () => Buffer.concat(files.map(localStamp)).equals(stamps),
	});
	if (toolchain === undefined || toolchain.state === 'packing') {
		return stay('toolchain is being packed');
	}
	if (toolchain.state === 'refused') return stay(toolchain.reason);
	if (schedulers.isAway) return stay('scheduler unreachable');
	const {archiveId, executable} = toolchain;
	return {reason: undefined, args, archiveId, executable};
}
