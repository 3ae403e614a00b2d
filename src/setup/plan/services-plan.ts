import type {Answers, Role} from './answers.js';
import {planConfD} from './openrc-plan.js';
import {joinParts, nothing, type Part} from './part.js';
import type {Shipped} from './shipped.js';
import {planUnit} from './systemd-plan.js';
import type {Tree} from './tree.js';

/** The files of the init system that are missing, or have to say something else than what is shipped. */
export function planServices(
	answers: Answers,
	roles: readonly Role[],
	tree: Tree,
	shipped: Shipped,
): Part {
	switch (answers.init) {
		case 'systemd':
			return joinParts(roles.map(role => planUnit(answers, role, tree, shipped)));
		case 'openrc':
			return joinParts(roles.map(role => planConfD(answers, role, tree, shipped)));
		case 'none':
			return nothing;
	}
}
