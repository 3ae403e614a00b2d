import {isUtf8} from 'node:buffer';
import type {Answers, Role} from './answers.js';
import {portageReads, rootOnly} from './change.js';
import {clientSettings, schedulerSettings, serverSettings} from './config-settings.js';
import {changesAlone, joinParts, nothing, type Part} from './part.js';
import {editToml, type Setting} from './toml-edit.js';
import type {Tree} from './tree.js';

/** The files of /etc/sccache: ours to write, but what a user has added to them stays. */
export function planConfigs(answers: Answers, chosen: readonly Role[], tree: Tree): Part {
	return joinParts(chosen.map(role => planConfig(role, settingsOf(role, answers), tree)));
}

function settingsOf(role: Role, {scheduler, server, client, eprefix}: Answers): readonly Setting[] {
	switch (role) {
		case 'scheduler':
			return scheduler === undefined ? [] : schedulerSettings(scheduler);
		case 'server':
			return server === undefined ? [] : serverSettings(server, eprefix);
		case 'client':
			return client === undefined ? [] : clientSettings(client, eprefix);
	}
}

function planConfig(role: Role, settings: readonly Setting[], tree: Tree): Part {
	const path = tree.real(`/etc/sccache/${role}.conf`);
	const present = tree.file(path);
	if (present !== undefined && !isUtf8(present.bytes)) {
		return leftAlone(path, 'it is not UTF-8', settings);
	}
	const text = present?.bytes.toString('utf8') ?? `# See sccache-${role}.conf(5).\n`;
	const edited = editToml(text, settings);
	if (edited === undefined) {
		return leftAlone(path, 'it can’t be changed line by line as it is written', settings);
	}
	const after = Buffer.from(edited);
	const access = role === 'client' ? portageReads : rootOnly;
	const before = present?.bytes;
	if (present?.bytes.equals(after) === true && tree.isGuarded(present, access)) return nothing;
	return changesAlone([
		{kind: 'file', path, before, after, access, editor: 'none', content: 'secret'},
	]);
}

function leftAlone(path: string, why: string, settings: readonly Setting[]): Part {
	return {...nothing, leftAlone: [{path, why, text: settings.map(shown).join('\n')}]};
}

const secretKeys = ['token', 'secret_key'];

function shown({table, key, value}: Setting): string {
	const dotted = table === '' ? key : `${table}.${key}`;
	return `${dotted} = ${secretKeys.includes(key) ? '"…hidden…"' : JSON.stringify(value)}`;
}
