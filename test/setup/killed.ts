import {applyPlan} from '../../src/setup/apply/apply.js';
import {undoSetup} from '../../src/setup/apply/undo.js';
import {plan} from '../../src/setup/plan/plan.js';
import {openTree} from '../../src/setup/plan/tree.js';
import {placeAt, shipped, wikiAnswers} from './wiki-answers.js';

/** Sets a tree up, or undoes it, and is killed before one of the steps. */
const [root = '', what = '', at = ''] = process.argv.slice(2);

const kill = (index: number): void => {
	if (index === Number(at)) process.kill(process.pid, 'SIGKILL');
};

if (what === 'apply') {
	const answers = wikiAnswers({
		exclude: [{atom: 'a/b', envFile: 'no-dist'}],
		switchWrappers: true,
	});
	applyPlan(placeAt(root), plan(answers, openTree(placeAt(root)), shipped), kill);
} else if (what === 'undo') {
	undoSetup(placeAt(root), kill);
}
