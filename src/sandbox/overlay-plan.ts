import {join} from 'node:path';
import {AppError} from '../lib/errors.js';

/** The folders of one sandbox, all below one that is its own. */
export interface Room {
	readonly upper: string;
	readonly work: string;
	/** Where the toolchain, with what the job adds, is seen. */
	readonly root: string;
}

/** Each mount gets folders that no mount had before: the kernel may still hold those of the last one. */
export function roomIn(folder: string, serial: number): Room {
	return {
		upper: join(folder, `upper-${serial}`),
		work: join(folder, `work-${serial}`),
		root: join(folder, `root-${serial}`),
	};
}

/**
 * Calls mount(8) for an overlay. What makes a file's bytes lie elsewhere than in the upper folder is off, whatever the kernel's default:
 * outputs are read there. In a user namespace overlayfs must keep its notes in `user.` attributes, which excludes those features by itself.
 */
export function overlayMountArgv(
	mount: string,
	room: Room,
	toolchainFolder: string,
	namespace: 'root' | 'user',
): string[] {
	for (const folder of [toolchainFolder, room.root]) requireSafe(folder);
	const options = [
		`lowerdir=${toolchainFolder}`,
		`upperdir=${room.upper}`,
		`workdir=${room.work}`,
		...(namespace === 'user' ? ['userxattr'] : ['metacopy=off', 'redirect_dir=off', 'index=off']),
	];
	return [mount, '-t', 'overlay', '-o', options.join(','), 'sccache', room.root];
}

/** Calls mount(8) for the folder that a room lies in, when it is kept in memory. */
export function scratchMountArgv(mount: string, folder: string, sizeBytes: number): string[] {
	const options = `size=${sizeBytes},mode=0755,nosuid,nodev`;
	return [mount, '-t', 'tmpfs', '-o', options, 'sccache', folder];
}

/** mount(8) splits its options at commas, overlayfs the lower folders at colons, and errands know plain words alone. */
function requireSafe(folder: string): void {
	if (!/^[\w@%+=./-]+$/.test(folder)) {
		throw new AppError('SANDBOX_UNAVAILABLE', `${folder} can't be a layer of a mount`, {
			hint: 'choose a path of letters, digits and @%+=._-',
			fields: {folder},
		});
	}
}
