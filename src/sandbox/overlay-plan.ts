import {join} from 'node:path';
import {AppError} from '../lib/errors.js';
import type {Mount} from './warden-frames.js';

/** The folders of one sandbox, all below one that is its own. */
export interface Room {
	readonly upper: string;
	readonly work: string;
	/** Where the toolchain, with what the job adds, is seen once it is mounted. */
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

/** Of mount(2), the same on every architecture. */
const noSetuid = 2;
const noDevices = 4;

/**
 * An overlay over folders, the uppermost first. What makes a file's bytes lie elsewhere than in the upper folder is off, whatever the kernel's default: outputs are read
 * there. In a user namespace overlayfs must keep its notes in `user.` attributes, which excludes those features by itself.
 */
export function overlayMount(
	room: Room,
	lower: readonly string[],
	namespace: 'root' | 'user',
): Mount {
	for (const folder of [...lower, room.root]) requireSafe(folder);
	const options = [
		`lowerdir=${lower.join(':')}`,
		`upperdir=${room.upper}`,
		`workdir=${room.work}`,
		...(namespace === 'user' ? ['userxattr'] : ['metacopy=off', 'redirect_dir=off', 'index=off']),
	];
	return {type: 'overlay', target: room.root, flags: 0, options: options.join(',')};
}

/** The folder that a room lies in, when it is kept in memory. */
export function scratchMount(folder: string, sizeBytes: number): Mount {
	const options = `size=${sizeBytes},mode=0755`;
	return {type: 'tmpfs', target: folder, flags: noSetuid | noDevices, options};
}

/** Options of a mount end at commas, the lower folders of overlayfs at colons, and backslashes escape both. */
function requireSafe(folder: string): void {
	if (!/^[\w@%+=./-]+$/.test(folder)) {
		throw new AppError('SANDBOX_UNAVAILABLE', `${folder} can't be a layer of a mount`, {
			hint: 'choose a path of letters, digits and @%+=._-',
			fields: {folder},
		});
	}
}
