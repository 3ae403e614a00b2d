import {planCreate} from '../../links/plan.js';
import type {ClientAnswers} from './answers.js';
import {nothing, type Part} from './part.js';
import type {Tree} from './tree.js';

/** A link for each compiler. */
export function planLinks({shimFolder, program, compilers}: ClientAnswers, tree: Tree): Part {
	if (!tree.has(program)) {
		const note = `no compiler is linked: there is no ${program} yet. Run setup again when it is installed`;
		return {...nothing, notes: [note]};
	}
	if (compilers.length === 0) return {...nothing, notes: ['no compiler was found to link']};
	const folder = tree.real(shimFolder);
	const steps = planCreate(compilers, name => tree.link(shimFolder, program, name));
	return {
		...nothing,
		changes: steps
			.filter(({action}) => action === 'create' || action === 'replace')
			.map(({name}) => ({kind: 'link', path: `${folder}/${name}`, program})),
		notes: steps
			.filter(({action}) => action === 'refuse')
			.map(({name}) => `${folder}/${name} is not one of our links: it is left as it is`),
	};
}
