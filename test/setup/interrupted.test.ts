import {fork, spawn} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {AppError} from '../../src/lib/errors.js';
import {applyPlan} from '../../src/setup/apply/apply.js';
import {recover} from '../../src/setup/apply/recover.js';
import {undoSetup} from '../../src/setup/apply/undo.js';
import {plan} from '../../src/setup/plan/plan.js';
import {openTree} from '../../src/setup/plan/tree.js';
import {
	cliEnvironment,
	ownProgram,
	type SmallTree,
	smallTree,
	snapshot,
	withoutState,
} from './small-tree.js';
import {placeAt, shipped, wikiAnswers} from './wiki-answers.js';

const killed = fileURLToPath(new URL('killed.js', import.meta.url));

const before = {
	'/etc/portage/make.conf': '# mine\r\nFEATURES="ccache"\r\n',
	'/etc/portage/package.env': 'a/b no-lto',
	'/etc/sccache/client.conf': '[cache.disk]\nsize = "5G"\n',
};
const answers = wikiAnswers({exclude: [{atom: 'a/b', envFile: 'no-dist'}], switchWrappers: true});

const planFor = ({root}: SmallTree) => plan(answers, openTree(placeAt(root)), shipped);

/** How often a step is told of, the last time when all is done. */
function stepCount(): number {
	const tree = smallTree('systemd', before);
	let count = 0;
	applyPlan(placeAt(tree.root), planFor(tree), () => count++);
	tree.remove();
	return count;
}

test('a step that fails, whichever, leaves the tree as it was', t => {
	const count = stepCount();
	t.true(count > 25);
	for (let at = 0; at < count - 1; at++) {
		const tree = smallTree('systemd', before);
		t.teardown(tree.remove);
		const old = snapshot(tree.root);
		const fail = (index: number) => {
			if (index === at) throw new Error('no space left');
		};
		const error = t.throws(() => applyPlan(placeAt(tree.root), planFor(tree), fail), {
			instanceOf: AppError,
		});
		t.is(error?.code, 'SETUP_FAILED');
		t.deepEqual(snapshot(tree.root), old, `step ${at}`);
		tree.remove();
	}
});

async function runKilled(root: string, what: 'apply' | 'undo', at: number): Promise<void> {
	const child = fork(killed, [root, what, String(at)], {stdio: ['ignore', 'ignore', 2, 'ipc']});
	const [, signal] = await once(child, 'exit');
	if (signal !== 'SIGKILL') throw new Error(`it was not killed at ${at}`);
}

test('a run that is killed, wherever, is put back by the next one, or is whole', async t => {
	const count = stepCount();
	for (let at = 0; at < count; at++) {
		const tree = smallTree('systemd', before);
		t.teardown(tree.remove);
		const old = snapshot(tree.root);
		const place = placeAt(tree.root);
		await runKilled(tree.root, 'apply', at);
		const isWhole = at === count - 1;
		t.is(recover(place), !isWhole);
		if (isWhole) t.deepEqual(planFor(tree).changes, []);
		else t.deepEqual(snapshot(tree.root), old, `step ${at}`);
		applyPlan(place, planFor(tree));
		t.deepEqual(planFor(tree).changes, []);
		undoSetup(place);
		t.deepEqual(snapshot(tree.root), old, `step ${at}, undone`);
		tree.remove();
	}
});

test('an undoing that is killed, wherever, goes on', async t => {
	const counted = smallTree('systemd', before);
	let count = 0;
	applyPlan(placeAt(counted.root), planFor(counted));
	undoSetup(placeAt(counted.root), () => count++);
	counted.remove();
	t.true(count > 20);
	for (let at = 0; at < count; at += 2) {
		const tree = smallTree('systemd', before);
		t.teardown(tree.remove);
		const old = snapshot(tree.root);
		applyPlan(placeAt(tree.root), planFor(tree));
		const done = withoutState(snapshot(tree.root));
		await runKilled(tree.root, 'undo', at);
		if (at % 4 === 0) {
			// Or somebody wants it again.
			applyPlan(placeAt(tree.root), planFor(tree));
			t.deepEqual(withoutState(snapshot(tree.root)), done, `step ${at}`);
		}
		undoSetup(placeAt(tree.root));
		t.deepEqual(snapshot(tree.root), old, `step ${at}`);
		tree.remove();
	}
});

/** The program itself, killed at some time after it has shown what it is about to do. */
async function killSomewhere(root: string, delayMs: number): Promise<void> {
	const args = ['setup', '--yes', '--root', root, '--roles=client', '--exclude-known'];
	const child = spawn(ownProgram, args, {env: cliEnvironment, stdio: ['ignore', 'pipe', 'ignore']});
	const ended = once(child, 'close');
	await Promise.race([once(child.stdout, 'data'), ended]);
	await setTimeout(delayMs);
	child.kill('SIGKILL');
	await ended;
}

test('the program can be killed at any time: another run makes it whole, and undo nothing', async t => {
	for (let round = 0; round < 10; round++) {
		const tree = smallTree('openrc', {...before, '/var/lib/portage/world': ''});
		t.teardown(tree.remove);
		const old = snapshot(tree.root);
		await killSomewhere(tree.root, Math.random() * 60);
		if (round % 2 === 0) {
			const {code, stderr} = tree.run('setup', '--yes', '--roles=client', '--exclude-known');
			t.is(code, 0, stderr);
			t.regex(tree.run('setup', '--yes').stdout, /Nothing to do/);
		}
		t.is(tree.run('setup', 'undo').code, 0);
		t.deepEqual(snapshot(tree.root), old);
		tree.remove();
	}
});

test('while one setup is at work, another does not begin', t => {
	const tree = smallTree('systemd', before);
	t.teardown(tree.remove);
	const place = placeAt(tree.root);
	const made = planFor(tree);
	let refused: unknown;
	applyPlan(place, made, index => {
		if (index !== 3) return;
		try {
			applyPlan(place, made);
		} catch (error) {
			refused = error;
		}
	});
	t.true(refused instanceof AppError);
	t.regex((refused as AppError).message, /another setup is at work/);
	t.deepEqual(planFor(tree).changes, []);
});

test('a file that was changed behind our back stops it before it has begun', t => {
	const tree = smallTree('systemd', before);
	t.teardown(tree.remove);
	const made = planFor(tree);
	tree.write('/etc/portage/make.conf', 'X=1\n');
	const old = snapshot(tree.root);
	const error = t.throws(() => applyPlan(placeAt(tree.root), made), {instanceOf: AppError});
	t.regex(error?.message ?? '', /make\.conf has changed meanwhile/);
	t.deepEqual(snapshot(tree.root), old);
});
