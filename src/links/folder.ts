import {linkSync, lstatSync, readdirSync, renameSync, rmSync, symlinkSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {AppError} from '../lib/errors.js';
import {makeFolder} from '../lib/make-folder.js';
import {isOurs, tryStat} from './ours.js';
import {type Present, planCreate, planRemove, type Step} from './plan.js';

/** A folder of compiler names that lead to our program. */
export interface LinkFolder {
	readonly folder: string;
	readonly program: string;
}

export interface LinkResult {
	readonly name: string;
	readonly action: Step['action'];
	/** How it was linked: a symlink only where a hard link can't be, across devices. */
	readonly kind: 'hard' | 'symbolic' | undefined;
}

export function createLinks(where: LinkFolder, names: readonly string[]): readonly LinkResult[] {
	for (const name of names) checkName(name);
	if (!tryStat(where.program)?.isFile()) {
		throw new AppError('LINKS_INVALID', `there is no program ${where.program}`);
	}
	makeFolder(where.folder, 0o755);
	return planCreate(names, name => present(where, name)).map(step => ({
		...step,
		kind:
			step.action === 'create' || step.action === 'replace' ? link(where, step.name) : undefined,
	}));
}

/** Our links in the folder. */
export function listLinks(where: LinkFolder): readonly string[] {
	return entries(where.folder).filter(name => isOurs(join(where.folder, name), where.program));
}

/** Removes our links and nothing else. */
export function removeLinks(where: LinkFolder): readonly LinkResult[] {
	const steps = planRemove(entries(where.folder), name => present(where, name));
	for (const step of steps) rmSync(join(where.folder, step.name));
	return steps.map(step => ({...step, kind: undefined}));
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

function present({folder, program}: LinkFolder, name: string): Present {
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
