import type {Family, Output, OutputKind} from '../compiler/command.js';
import {redecorated} from '../compiler/decoration.js';
import {type WriteHow, writeHow} from '../protocol/frames.js';
import type {Member, StoredEntry} from '../store/store.js';
import {atRoots} from './portable.js';
import {stderrMembers} from './stderr-member.js';
import type {Unit} from './unit.js';

/** How each compiler puts its outputs in place: what happens to a hard link, a read-only file or a device there. */
const placement: Record<Family, Partial<Record<OutputKind, WriteHow>>> = {
	// GNU as and objcopy unlink first (BFD's unlink_if_ordinary), cc1 truncates.
	gcc: {object: writeHow.unlinkFirst, dwo: writeHow.unlinkFirst},
	clang: {object: writeHow.rename, assembly: writeHow.rename},
};

/** Writes everything the compile would have written and ends the shim. False when the entry can't serve this compile. */
export function serveHit(unit: Unit, entry: Pick<StoredEntry, 'members'>): boolean {
	const members = new Map(entry.members.map(member => [member.name, member]));
	const {roots} = unit;
	const stderr = diagnostics(members, unit);
	if (stderr === undefined || unit.command.outputs.some(output => !members.has(output.kind))) {
		return false;
	}
	const {shim, command} = unit;
	shim.together(() => {
		for (const output of command.outputs) {
			const member = members.get(output.kind);
			if (member !== undefined) {
				const bytes = atRoots(roots, member);
				shim.write(output.path, member.mode, howToPlace(command.family, output), bytes);
			}
		}
		const stdout = members.get('stdout');
		shim.out(1, stdout === undefined ? Buffer.alloc(0) : atRoots(roots, stdout));
		shim.out(2, stderr);
		shim.finish(0);
	});
	return true;
}

/** Of all outputs. */
export const bytesOf = ({members}: Pick<StoredEntry, 'members'>): number =>
	members.reduce((sum, {bytes}) => sum + bytes.length, 0);

function howToPlace(family: Family, output: Output): WriteHow {
	return placement[family][output.kind] ?? writeHow.inPlace;
}

/** What the compile said, as this stderr shows it; undefined when the entry can't tell. */
function diagnostics(
	members: ReadonlyMap<string, Member>,
	{decoration, roots}: Unit,
): Buffer | undefined {
	for (const [name, has] of stderrMembers) {
		const said = members.get(name);
		if (said !== undefined) {
			return redecorated(atRoots(roots, said), has, decoration);
		}
	}
	return Buffer.alloc(0);
}
