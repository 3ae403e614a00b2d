import {type Answers, roles} from './answers.js';
import type {Plan} from './change.js';
import {planConfigs} from './config-plan.js';
import {missingFolders} from './folders-plan.js';
import {planLinks} from './links-plan.js';
import {planPath} from './make-conf-plan.js';
import {planPackageEnv} from './package-env-plan.js';
import {joinParts, nothing} from './part.js';
import {serviceCommands} from './service-commands.js';
import {planServices} from './services-plan.js';
import type {Shipped} from './shipped.js';
import type {Tree} from './tree.js';

/** What has to be done to a tree so that it is as these answers have it: nothing, where it is. */
export function plan(answers: Answers, tree: Tree, shipped: Shipped): Plan {
	const chosen = roles.filter(role => answers[role] !== undefined);
	const {client} = answers;
	const path = client === undefined ? nothing : planPath(client, answers.eprefix, tree);
	const setsOriginalPath = client?.path !== 'none' && path.leftAlone.length === 0;
	const {changes, leftAlone, notes} = joinParts([
		planConfigs(answers, chosen, tree),
		planServices(answers, chosen, tree, shipped),
		...(client === undefined ? [] : [planLinks(client, tree)]),
		// PATH changes last: until then no build meets what is not there yet.
		path,
		...(client === undefined ? [] : [planPackageEnv(client, setsOriginalPath, tree, shipped)]),
	]);
	const commands = serviceCommands(answers.init, chosen);
	const all = [...missingFolders(chosen, changes, tree), ...changes];
	return {
		changes: all,
		commands: all.length === 0 ? [] : commands.start,
		undoCommands: commands.stop,
		afterUndo: commands.afterStop,
		leftAlone,
		notes,
	};
}
