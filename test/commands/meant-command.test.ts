import type {Command} from '@oclif/core';
import test from 'ava';
import {meantCommand} from '../../src/commands/meant-command.js';

/** Which command of an oclif program its words mean. */

const load = async (): Promise<Command.Class> => {
	throw new Error('it is only to be found');
};
const loaders = {setup: load, 'setup:client': load, 'cache:size': load, why: load};
const meant = (...words: readonly string[]) => {
	const found = meantCommand(loaders, words);
	return found && [found.id, ...found.args];
};

test('the longest name that the first words make', t => {
	t.deepEqual(meant('why', 'src/main.c'), ['why', 'src/main.c']);
	t.deepEqual(meant('setup'), ['setup']);
	t.deepEqual(meant('setup', '--dry-run', 'client'), ['setup', '--dry-run', 'client']);
	t.deepEqual(meant('setup', 'client', '--dry-run'), ['setup:client', '--dry-run']);
	t.deepEqual(meant('cache', 'size', 'why'), ['cache:size', 'why']);
});

test('a topic, a name that there is not, and nothing are for the help', t => {
	for (const words of [['cache'], ['wy'], ['--version'], ['help', 'why'], []]) {
		t.is(meant(...words), undefined, words.join(' '));
	}
});

test('help is wanted, but for what comes after --', t => {
	t.is(meant('why', '--help'), undefined);
	t.is(meant('cache', 'size', '-h'), undefined);
	t.deepEqual(meant('why', '--', '-h'), ['why', '--', '-h']);
});

test('what every object has is no command', t => {
	t.is(meant('constructor'), undefined);
	t.is(meant('toString'), undefined);
});
