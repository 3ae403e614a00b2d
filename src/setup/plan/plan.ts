import {dirname} from 'node:path';
import {planCreate} from '../../links/plan.js';
import {envFiles} from '../../portage/package-env.js';
import {type Answers, type ClientAnswers, type Role, roles} from './answers.js';
import {
	type Access,
	type Change,
	type FileChange,
	type FolderChange,
	type LeftAlone,
	openFile,
	openFolder,
	type Plan,
	portageFolder,
	portageReads,
	rootOnly,
} from './change.js';
import {clientSettings, schedulerSettings, serverSettings} from './config-settings.js';
import {planPath} from './make-conf-plan.js';
import {type Shipped, serviceCommands, serviceFiles} from './services.js';
import {editToml, type Setting} from './toml-edit.js';
import type {Tree} from './tree.js';

/** What has to be done to a tree so that it is as these answers have it: nothing, where it is. */
export function plan(answers: Answers, tree: Tree, shipped: Shipped): Plan {
	const chosen = roles.filter(role => answers[role] !== undefined);
	const configs = chosen.map(role => configFile(role, answers, tree));
	const path =
		answers.client === undefined ? undefined : planPath(answers.client, answers.eprefix, tree);
	const links =
		answers.client === undefined ? {changes: [], notes: []} : planLinks(answers.client, tree);
	const files = [
		...configs.flatMap(({changes}) => changes),
		...serviceFiles(answers, chosen, tree, shipped),
		...(answers.client === undefined ? [] : portageEnvFiles(tree, shipped)),
	];
	// PATH changes last: until then no build meets what is not there yet.
	const steps = [...files, ...links.changes, ...(path?.changes ?? [])];
	const changes = [...missingFolders(wantedFolders(chosen), steps, tree), ...steps];
	const commands = serviceCommands(answers.init, chosen);
	return {
		changes,
		commands: changes.length === 0 ? [] : commands.start,
		undoCommands: commands.stop,
		leftAlone: [...configs.flatMap(({leftAlone}) => leftAlone), ...(path?.leftAlone ?? [])],
		notes: [...(path?.notes ?? []), ...links.notes],
	};
}

function configFile(
	role: Role,
	{scheduler, server, client, eprefix}: Answers,
	tree: Tree,
): {readonly changes: readonly FileChange[]; readonly leftAlone: readonly LeftAlone[]} {
	const at = `/etc/sccache/${role}.conf`;
	const settings = {
		scheduler: () => (scheduler === undefined ? [] : schedulerSettings(scheduler)),
		server: () => (server === undefined ? [] : serverSettings(server, eprefix)),
		client: () => (client === undefined ? [] : clientSettings(client, eprefix)),
	}[role]();
	const present = tree.file(at);
	const before = present?.bytes;
	const path = present?.path ?? at;
	const text = editToml(before?.toString('utf8') ?? heading(role), settings);
	if (text === undefined) {
		const why = 'it is written in a way that can not be changed line by line';
		return {changes: [], leftAlone: [{path, why, text: shownSettings(settings)}]};
	}
	const after = Buffer.from(text);
	const hidden = present === undefined || (present.mode & 0o007) === 0;
	if (before?.equals(after) === true && hidden) return {changes: [], leftAlone: []};
	const access = role === 'client' ? portageReads : rootOnly;
	return {
		changes: [{kind: 'file', path, before, after, access, editor: 'none'}],
		leftAlone: [],
	};
}

const heading = (role: Role): string => `# See sccache-${role}.conf(5).\n`;

const secretKeys = ['token', 'secret_key'];

function shownSettings(settings: readonly Setting[]): string {
	return settings
		.map(({table, key, value}) => {
			const shown = secretKeys.includes(key) ? '"…hidden…"' : JSON.stringify(value);
			return `${table === '' ? '' : `${table}.`}${key} = ${shown}`;
		})
		.join('\n');
}

/** What `exclude` refers packages to. */
function portageEnvFiles(tree: Tree, shipped: Shipped): readonly FileChange[] {
	return Object.keys(envFiles).flatMap(name => {
		const path = `/etc/portage/env/${name}`;
		const after = shipped(`portage-env/${name}`);
		if (after === undefined || tree.file(path) !== undefined) return [];
		return [
			{
				kind: 'file' as const,
				path,
				before: undefined,
				after,
				access: openFile,
				editor: 'none' as const,
			},
		];
	});
}

function planLinks(
	{shimFolder, program, compilers}: ClientAnswers,
	tree: Tree,
): {readonly changes: readonly Change[]; readonly notes: readonly string[]} {
	if (!tree.has(program)) {
		return {changes: [], notes: [`no compiler is linked: there is no ${program} yet`]};
	}
	const steps = planCreate(compilers, name => tree.link(shimFolder, program, name));
	return {
		changes: steps
			.filter(({action}) => action === 'create' || action === 'replace')
			.map(({name}) => ({kind: 'link', path: `${shimFolder}/${name}`, program})),
		notes: [
			...(compilers.length === 0 ? ['no compiler was found that could be linked'] : []),
			...steps
				.filter(({action}) => action === 'refuse')
				.map(({name}) => `${shimFolder}/${name} is not one of our links: it is left as it is`),
		],
	};
}

function wantedFolders(chosen: readonly Role[]): readonly FolderChange[] {
	const folder = (path: string, access: Access): FolderChange => ({kind: 'folder', path, access});
	const cache = '/var/cache/sccache';
	return [
		folder('/etc/sccache', openFolder),
		...(chosen.includes('server')
			? [
					folder(`${cache}/builder`, openFolder),
					folder(`${cache}/builder/build`, openFolder),
					folder(`${cache}/builder/toolchains`, openFolder),
				]
			: []),
		...(chosen.includes('client') ? [folder(`${cache}/cache`, portageFolder)] : []),
	];
}

/** Those that are not there, the outer ones first, and whatever the other steps need. */
function missingFolders(
	wanted: readonly FolderChange[],
	steps: readonly Change[],
	tree: Tree,
): readonly FolderChange[] {
	const found = new Map<string, FolderChange>();
	const need = (path: string, access: Access): void => {
		if (path === '/' || found.has(path) || tree.has(path)) return;
		need(dirname(path), openFolder);
		found.set(path, {kind: 'folder', path, access});
	};
	for (const {path, access} of wanted) need(path, access);
	for (const {path} of steps) need(dirname(path), openFolder);
	return [...found.values()];
}
