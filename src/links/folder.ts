import {linkSync, lstatSync, readdirSync, renameSync, rmSync, symlinkSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {AppError} from '../lib/errors.js';
import {makeOpenFolder} from '../lib/make-folder.js';
import {findBehind, findCompilers} from './find-compilers.js';
import {isOurs, tryStat} from './ours.js';
import {type Present, planCreate, planRefresh, planRemove, type Step} from './plan.js';

/** A folder of compiler names that lead to our program. */
export interface LinkFolder {
	readonly folder: string;
	readonly program: string;
	/** Of the tree in which absolute links of compilers lead on; `/` unless told. */
	readonly root?: string;
}

export interface LinkResult {
	readonly name: string;
	readonly action: Step['action'];
	/** How it was linked: a symlink only where a hard link can't be, across devices. */
	readonly kind: 'hard' | 'symbolic' | undefined;
}

export function createLinks(where: LinkFolder, names: readonly string[]): readonly LinkResult[] {
	for (const name of names) checkName(name);
	checkProgram(where);
	makeOpenFolder(where.folder, 0o755);
	return planCreate(names, name => present(where, name)).map(step => take(where, step));
}

/**
 * Leaves a link for each compiler that PATH leads to, and for what else was linked and is still there; renews those to an older program, and
 * removes those with nothing behind them. `dryRun`: says it alone.
 */
export function refreshLinks(
	where: LinkFolder,
	searchPath: string,
	dryRun = false,
): readonly LinkResult[] {
	checkProgram(where);
	const steps = planRefresh({
		compilers: findCompilers(searchPath, where.program, where.root),
		entries: tryStat(where.folder) ? entries(where.folder) : [],
		present: name => present(where, name),
		hasBehind: name => findBehind(searchPath, name, where.program, where.root) !== undefined,
	});
	if (dryRun) return steps.map(step => ({...step, kind: undefined}));
	makeOpenFolder(where.folder, 0o755);
	return steps.map(step => take(where, step));
}

/** The names of our links in the folder. */
export function listLinks(where: LinkFolder): readonly string[] {
	return entries(where.folder).filter(name => isOurs(join(where.folder, name), where.program));
}

export interface DescribedLink {
	readonly name: string;
	readonly kind: 'hard' | 'symbolic';
	/** False: it leads to the program as it was before an upgrade. */
	readonly isCurrent: boolean;
	/** The program that PATH has behind it; undefined: none. */
	readonly behind: string | undefined;
}

/** Our links in the folder, and what each stands before. */
export function describeLinks(where: LinkFolder, searchPath: string): readonly DescribedLink[] {
	return listLinks(where).map(name => ({
		name,
		kind: lstatSync(join(where.folder, name)).isSymbolicLink() ? 'symbolic' : 'hard',
		isCurrent: present(where, name) === 'current',
		behind: findBehind(searchPath, name, where.program, where.root),
	}));
}

/** Removes our links and nothing else. */
export function removeLinks(where: LinkFolder): readonly LinkResult[] {
	return planRemove(entries(where.folder), name => present(where, name)).map(step =>
		take(where, step),
	);
}

function take(where: LinkFolder, step: Step): LinkResult {
	if (step.action === 'remove') rmSync(join(where.folder, step.name));
	const makes = step.action === 'create' || step.action === 'replace';
	return {...step, kind: makes ? link(where, step.name) : undefined};
}

function checkProgram({program}: LinkFolder): void {
	if (tryStat(program)?.isFile()) return;
	throw new AppError('LINKS_INVALID', `there is no program ${program}`, {
		hint: 'name the one that the links are to lead to: --program',
	});
}

/** A name that is a path would link outside the folder. */
function checkName(name: string): void {
	if (name !== '' && name !== '.' && name !== '..' && !name.includes('/')) return;
	throw new AppError('LINKS_INVALID', `${JSON.stringify(name)} is not the name of a program`);
}

function entries(folder: string): readonly string[] {
	try {
		return readdirSync(folder).sort();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
		throw new AppError('LINKS_INVALID', `there is no folder ${folder}`);
	}
}

/** What stands under the name. */
export function present({folder, program}: LinkFolder, name: string): Present {
	const path = join(folder, name);
	const found = tryStat(path);
	const own = tryStat(program);
	if (found && own && found.ino === own.ino && found.dev === own.dev) return 'current';
	if (!lstatSync(path, {throwIfNoEntry: false})) return 'nothing';
	return isOurs(path, program) ? 'ours' : 'foreign';
}

/** Beside it and then renamed over, so that a compile at that moment finds the old one or the new one. */
function link({folder, program}: LinkFolder, name: string): 'hard' | 'symbolic' {
	const path = join(folder, name);
	const temporary = join(folder, `.${name}.${process.pid}`);
	const kind = hardLink(program, temporary) ? 'hard' : 'symbolic';
	if (kind === 'symbolic') symlinkSync(resolve(program), temporary);
	renameSync(temporary, path);
	return kind;
}

function hardLink(program: string, path: string): boolean {
	try {
		linkSync(program, path);
		return true;
	} catch (error) {
		// EPERM: fs.protected_hardlinks, or a file system without hard links.
		if (['EXDEV', 'EPERM', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? ''))
			return false;
		throw error;
	}
}
