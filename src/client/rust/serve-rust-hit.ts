import {type WriteHow, writeHow} from '../../protocol/frames.js';
import {withOutputs} from '../../rustc/artifact-messages.js';
import type {RustOutput} from '../../rustc/command.js';
import {depInfoText} from '../../rustc/dep-info-template.js';
import type {Member, StoredEntry} from '../../store/store.js';
import type {RustUnit} from './rust-unit.js';

/** rustc writes a dependency file in place; everything else it makes beside and renames, since cargo links its outputs elsewhere. */
const howToPlace = ({kind}: RustOutput): WriteHow =>
	kind === 'dep-info' ? writeHow.inPlace : writeHow.rename;

/** Writes everything the compile would have written and ends the shim. False when the entry can't serve this compile. */
export function serveRustHit(unit: RustUnit, entry: Pick<StoredEntry, 'members'>): boolean {
	const {shim, command, roots} = unit;
	const {outputs} = command;
	const members = new Map(entry.members.map(member => [member.name, member]));
	if (outputs.some(({kind}) => !members.has(kind))) return false;
	const text = (name: string) => members.get(name)?.bytes.toString('latin1') ?? '';
	shim.together(() => {
		for (const output of outputs) {
			const member = members.get(output.kind) as Member;
			const bytes =
				output.kind === 'dep-info'
					? Buffer.from(depInfoText(text('dep-info'), outputs, roots), 'latin1')
					: member.bytes;
			shim.write(output.path, member.mode, howToPlace(output), bytes);
		}
		shim.out(1, members.get('stdout')?.bytes ?? Buffer.alloc(0));
		shim.out(2, Buffer.from(withOutputs(text('stderr'), outputs), 'latin1'));
		shim.finish(0);
	});
	return true;
}
