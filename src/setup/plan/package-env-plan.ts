import {envFiles} from '../../portage/package-env.js';
import {exclude, listAllOptOuts, type PackageEnvFiles} from '../../portage/package-env-files.js';
import type {ClientAnswers} from './answers.js';
import {type FileChange, openFile} from './change.js';
import {changesAlone, joinParts, nothing, type Part} from './part.js';
import {configFilesIn, isFolder} from './portage-files.js';
import type {Shipped} from './shipped.js';
import type {Tree} from './tree.js';

const packageEnv = '/etc/portage/package.env';

/** The files of /etc/portage/env that `exclude` refers packages to, and the packages that are excluded from the start. */
export function planPackageEnv(
	{exclude: wanted}: ClientAnswers,
	setsOriginalPath: boolean,
	tree: Tree,
	shipped: Shipped,
): Part {
	const files = changesAlone(envFilesMissing(tree, shipped));
	const allowed = wanted.filter(({envFile}) => setsOriginalPath || envFile !== 'default-path');
	const present = readPackageEnv(tree);
	const own = isFolder(tree, packageEnv) ? `${packageEnv}/sccache-gentoo` : packageEnv;
	const changed = allowed.reduce((all, optOut) => exclude(all, tree.real(own), optOut), present);
	const risk = setsOriginalPath ? [] : bypassed(present);
	return joinParts([
		files,
		changesAlone([...changed].flatMap(([path, text]) => fileChange(tree, path, text))),
		risk.length === 0 ? nothing : {...nothing, notes: [emptyPath(risk)]},
	]);
}

function envFilesMissing(tree: Tree, shipped: Shipped): readonly FileChange[] {
	return Object.keys(envFiles).flatMap(name => {
		const path = tree.real(`/etc/portage/env/${name}`);
		const after = shipped(`portage-env/${name}`);
		if (after === undefined || tree.has(path)) return [];
		const change = {kind: 'file', path, before: undefined, after} as const;
		return [{...change, access: openFile, editor: 'none' as const, content: 'shipped' as const}];
	});
}

/** Each byte is a character, so that none gets lost. */
export function readPackageEnv(tree: Tree): PackageEnvFiles {
	return new Map(
		configFilesIn(tree, packageEnv).flatMap(path => {
			const file = tree.file(path);
			return file === undefined ? [] : [[file.path, file.bytes.toString('latin1')] as const];
		}),
	);
}

function fileChange(tree: Tree, path: string, text: string): readonly FileChange[] {
	const before = tree.file(path)?.bytes;
	const after = Buffer.from(text, 'latin1');
	if (before?.equals(after) === true) return [];
	const access = before === undefined ? openFile : undefined;
	return [{kind: 'file', path, before, after, access, editor: 'none'}];
}

/** Packages that are built with ORIGINAL_PATH for their PATH. */
export const bypassed = (files: PackageEnvFiles): readonly string[] =>
	listAllOptOuts(files).flatMap(({atom, envFile}) => (envFile === 'default-path' ? [atom] : []));

export const emptyPath = (atoms: readonly string[]): string =>
	`make.conf sets no ORIGINAL_PATH, so these would be built with an empty PATH: run sccache-gentoo include ${atoms.join(' ')}`;
