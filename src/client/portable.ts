import {inflateSync} from 'node:zlib';
import type {CompileCommand} from '../compiler/command.js';
import {dependenciesWithoutRoots} from '../relocation/dependency-text.js';
import {diagnosticsWithoutRoots} from '../relocation/diagnostics.js';
import {mayNameRoots} from '../relocation/object.js';
import {pathWithRoots} from '../relocation/paths.js';
import {areNone, mentionsRoots, type Roots} from '../relocation/roots.js';
import type {Member} from '../store/store.js';
import type {Naming} from './evidence.js';

/** Members as they are to be stored. */
export interface Portable {
	readonly members: readonly Member[];
	/** Something of them depends on where the build is done: the entry is good for this place alone. */
	readonly isTied: boolean;
}

export interface Made {
	readonly roots: Roots;
	readonly command: Pick<CompileCommand, 'mode' | 'hashedArgs'>;
	readonly naming: Naming;
	/** Whether the preprocessed text names a root; undefined: nobody looked. */
	readonly textNamesRoots: boolean | undefined;
	readonly members: readonly Member[];
}

/** Writes what we don't look into, and names what it belongs to. */
const opaque =
	/^-(?:flto|fprofile-|fbranch-|fcoverage-mapping|ftest-coverage|-coverage|fauto-profile)/;
const largestSectionBytes = 512 * 1024 * 1024;

/**
 * Whether a result holds at any place is looked up in what the compiler made, not concluded from the command: whatever names the place,
 * or may do so without our seeing it, ties the result to it. What the preprocessor makes of __FILE__ can reach an object as a number.
 */
export function portable({roots, command, naming, textNamesRoots, members}: Made): Portable {
	const tied = {members, isTied: true};
	if (areNone(roots)) return {members, isTied: false};
	if (naming.unseen || command.mode === 'assembly') return tied;
	if (textNamesRoots ?? naming.byMacros) return tied;
	if (command.hashedArgs.some(arg => opaque.test(arg))) return tied;
	const stored: Member[] = [];
	for (const member of members) {
		const text = template(roots, member);
		if (text === undefined) return tied;
		stored.push(text === member.bytes ? member : {...member, bytes: text});
	}
	return {members: stored, isTied: false};
}

/** What is stored of a member; undefined where it would hold a root. */
function template(roots: Roots, {name, bytes}: Member): Buffer | undefined {
	if (name === 'object' || name === 'dwo') {
		return mayNameRoots(roots, bytes, inflate) ? undefined : bytes;
	}
	const text = bytes.toString('latin1');
	if (!mentionsRoots(roots, text)) return bytes;
	const without =
		name === 'dependencies'
			? dependenciesWithoutRoots(roots, text)
			: name.startsWith('std')
				? diagnosticsWithoutRoots(roots, text)
				: undefined;
	return without === undefined ? undefined : Buffer.from(without, 'latin1');
}

/** A member as the compile would have made it here. */
export function atRoots(roots: Roots, {name, bytes}: Member): Buffer {
	const isText = name === 'dependencies' || name.startsWith('std');
	if (areNone(roots) || !isText || !bytes.includes(1)) return bytes;
	return Buffer.from(pathWithRoots(roots, bytes.toString('latin1')), 'latin1');
}

function inflate(compressed: Buffer): Buffer | undefined {
	try {
		return inflateSync(compressed, {maxOutputLength: largestSectionBytes});
	} catch {
		return undefined;
	}
}
