import {join, resolve} from 'node:path';
import {Flags} from '@oclif/core';
import {AppError} from '../../../lib/errors.js';
import {makeFolder} from '../../../lib/make-folder.js';
import {replaceFile} from '../../../lib/replace-file.js';
import {parseAtom} from '../../../portage/atom.js';
import type {EnvFile, OptOut} from '../../../portage/package-env.js';
import {exclude, type PackageEnvFiles} from '../../../portage/package-env-files.js';
import {configFiles} from '../../../tree/config-files.js';
import {packageFolder} from '../../package-info.js';
import {isFolder, makeConfSets, readBytes} from './config-files.js';

export const optOutFlags = {
	root: Flags.string({
		description: 'The tree whose etc/portage is meant',
		helpValue: 'DIR',
		default: '/',
		parse: async path => resolve(path),
	}),
	'dry-run': Flags.boolean({description: 'Say what would be written and write nothing'}),
};

/** Less than being built without us. */
export const envFileFlags = {
	'no-dist': Flags.boolean({description: 'Only keep them from being compiled elsewhere'}),
	'no-cache': Flags.boolean({
		description: 'Only keep them from being cached',
		exclusive: ['no-dist'],
	}),
};

export function envFileOf(flags: {
	readonly 'no-dist': boolean;
	readonly 'no-cache': boolean;
}): EnvFile {
	if (flags['no-dist']) return 'no-dist';
	return flags['no-cache'] ? 'no-cache' : 'default-path';
}

export interface FileChange {
	readonly path: string;
	readonly action: 'create' | 'change';
}

export interface PackageEnv {
	/** Where our lines go. */
	readonly own: string;
	readonly files: PackageEnvFiles;
}

/** package.env of a tree: a file, or a folder in which we have a file. */
export function readPackageEnv(root: string): PackageEnv {
	const path = join(root, 'etc/portage/package.env');
	const files = configFiles(path).map(file => [file, readBytes(file) ?? ''] as const);
	return {own: isFolder(path) ? join(path, 'sccache-gentoo') : path, files: new Map(files)};
}

/** Writes what has changed; our lines first, so that a failure on the way leaves no package less excluded. */
export function writePackageEnv(
	{own, files}: PackageEnv,
	wanted: PackageEnvFiles,
	dryRun: boolean,
): readonly FileChange[] {
	const changed = [...wanted].filter(([path, text]) => files.get(path) !== text);
	const inOrder = changed.toSorted(([a], [b]) => Number(b === own) - Number(a === own));
	return inOrder.map(([path, text]) => {
		if (!dryRun) write(path, text);
		return {path, action: files.has(path) ? 'change' : 'create'};
	});
}

export interface Excluded {
	readonly changes: readonly FileChange[];
	/** Other files than ours have these names in etc/portage/env, and stay. */
	readonly differing: readonly EnvFile[];
}

/** Has packages opted out by our files. Throws AppError PORTAGE_INVALID, and then has written nothing. */
export function excludeAtoms(root: string, excluded: readonly OptOut[], dryRun: boolean): Excluded {
	checkAtoms(excluded.map(({atom}) => atom));
	const needed = [...new Set(excluded.map(({envFile}) => envFile))];
	if (needed.includes('default-path')) checkOriginalPath(root);
	const packageEnv = readPackageEnv(root);
	const provided = needed.map(envFile => provideEnvFile(root, envFile, dryRun));
	const wanted = excluded.reduce(
		(files, optOut) => exclude(files, packageEnv.own, optOut),
		packageEnv.files,
	);
	const written = writePackageEnv(packageEnv, wanted, dryRun);
	return {
		changes: [...provided.flatMap(({changes}) => changes), ...written],
		differing: needed.filter((_, index) => provided[index]?.differs),
	};
}

export const envFileDiffers = (envFile: EnvFile): string =>
	`env/${envFile} is not as it is shipped; it is left as it is`;

/** Puts our file into etc/portage/env. `differs`: another of that name is there, and stays. */
function provideEnvFile(
	root: string,
	envFile: EnvFile,
	dryRun: boolean,
): {readonly changes: readonly FileChange[]; readonly differs: boolean} {
	const path = join(root, 'etc/portage/env', envFile);
	const shipped = readBytes(join(packageFolder, 'portage-env', envFile));
	if (shipped === undefined) throw new Error(`portage-env/${envFile} is not installed`);
	const present = readBytes(path);
	if (present !== undefined) return {changes: [], differs: present !== shipped};
	if (!dryRun) write(path, shipped);
	return {changes: [{path, action: 'create'}], differs: false};
}

function write(path: string, text: string): void {
	makeFolder(resolve(path, '..'), 0o755);
	replaceFile(path, Buffer.from(text, 'latin1'));
}

/** Throws AppError PORTAGE_INVALID with the reason. */
export function checkAtoms(atoms: readonly string[]): void {
	if (atoms.length === 0) {
		throw new AppError('PORTAGE_INVALID', 'no package is named', {
			hint: 'name one as CATEGORY/PACKAGE, or see --list',
		});
	}
	for (const atom of atoms) {
		const parsed = parseAtom(atom);
		if ('wrong' in parsed) {
			throw new AppError(
				'PORTAGE_INVALID',
				`${JSON.stringify(atom)} is not a package atom: ${parsed.wrong}`,
			);
		}
	}
}

/** Throws AppError PORTAGE_INVALID where env/default-path would leave a package without any PATH. */
function checkOriginalPath(root: string): void {
	if (makeConfSets(root, 'ORIGINAL_PATH') !== false) return;
	throw new AppError(
		'PORTAGE_INVALID',
		'make.conf sets no ORIGINAL_PATH: a package with env/default-path would be built with an empty PATH',
		{hint: `put ORIGINAL_PATH="\${PATH}" at the start of make.conf`},
	);
}

export function describeChange({path, action}: FileChange, dryRun: boolean): string {
	if (dryRun) return `${path}: would be ${action === 'create' ? 'written' : 'changed'}`;
	return `${path}: ${action === 'create' ? 'written' : 'changed'}`;
}
