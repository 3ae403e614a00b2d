import {isUtf8} from 'node:buffer';
import {dirname, resolve} from 'node:path';
import {applyBashrc, type BashrcBlock, undoBashrc} from '../../portage/bashrc.js';
import {applyMakeConf, type Edit, undoMakeConf} from '../../portage/make-conf.js';
import {
	defaultBlock,
	type MakeConfBlock,
	originalPathBlock,
	wikiTcpBlock,
} from '../../portage/make-conf-block.js';
import {featuresOf, type WrapperFound, wrappersIn} from '../../portage/make-conf-facts.js';
import {type Assignment, readMakeConf} from '../../portage/make-conf-read.js';
import type {ClientAnswers} from './answers.js';
import {type Editor, openFile} from './change.js';
import {joinParts, nothing, type Part} from './part.js';
import {configFilesIn, isFolder} from './portage-files.js';
import type {Tree} from './tree.js';

const makeConf = '/etc/portage/make.conf';
const bashrc = '/etc/portage/bashrc';
/** In a folder the last one counts. */
const ownName = 'zz-sccache-gentoo';

/** Our folder in the PATH of builds, or out of it again when another way was chosen before. */
export function planPath(client: ClientAnswers, eprefix: string, tree: Tree): Part {
	const wrappers = findWrappers(client, tree);
	const shimFolder = eprefix + client.shimFolder;
	const block = chosenBlock(client, shimFolder, wrappers);
	const plans = joinParts([
		block === undefined ? withoutMakeConf(tree) : withMakeConf(block, tree),
		planBashrc(
			{shimFolder: client.path === 'bashrc' ? shimFolder : undefined, reports: client.reports},
			tree,
		),
	]);
	return {
		...plans,
		notes: client.switchWrappers
			? []
			: wrappers.map(({wrapper, meaning}) => `${meaning} (--switch switches ${wrapper} off)`),
	};
}

/** Of all that FEATURES names, whether a block of ours is there or not. */
export function findWrappers(
	{path}: Pick<ClientAnswers, 'path'>,
	tree: Tree,
): readonly WrapperFound[] {
	const features = featuresOf(readAll(tree));
	return wrappersIn(features, path === 'bashrc' ? 'bashrc' : 'make.conf');
}

function chosenBlock(
	{path, switchWrappers}: ClientAnswers,
	shimFolder: string,
	wrappers: readonly WrapperFound[],
): MakeConfBlock | undefined {
	if (path === 'none') return undefined;
	const block = {
		'make.conf': () => defaultBlock(shimFolder),
		'wiki-tcp': () => wikiTcpBlock(shimFolder),
		bashrc: originalPathBlock,
	}[path]();
	if (!switchWrappers || wrappers.length === 0) return block;
	const off = wrappers.map(({wrapper}) => `-${wrapper}`).join(' ');
	return {...block, lines: [...block.lines, `FEATURES="\${FEATURES} ${off}"`]};
}

function withMakeConf(block: MakeConfBlock, tree: Tree): Part {
	if (!isFolder(tree, makeConf)) return edited(tree, makeConf, block, 'make-conf');
	const own = `${makeConf}/${ownName}`;
	const others = configFilesIn(tree, makeConf).filter(path => path !== own);
	for (const path of others) {
		const {text} = textOf(tree, path);
		const edit = applyMakeConf(text, block, sourced(tree, path));
		if ('unsafe' in edit) return leftAlone(path, edit.unsafe, block.lines);
		// A block from when make.conf was a file would have its say twice.
		const undone = undoMakeConf(text);
		if ('unsafe' in undone || undone.text !== text) {
			return leftAlone(path, 'it has a block of ours already: take it out first', block.lines);
		}
	}
	return edited(tree, own, block, 'make-conf');
}

function withoutMakeConf(tree: Tree): Part {
	const path = isFolder(tree, makeConf) ? `${makeConf}/${ownName}` : makeConf;
	return undone(tree, path, 'make-conf', undoMakeConf);
}

function planBashrc(block: BashrcBlock, tree: Tree): Part {
	if (block.shimFolder === undefined && !block.reports) return withoutBashrc(tree);
	const {path, text, before, encoding} = textOf(tree, bashrc);
	const edit = applyBashrc(text, block);
	if ('unsafe' in edit) {
		const empty = applyBashrc('', block);
		return leftAlone(path, edit.unsafe, 'text' in empty ? [empty.text] : []);
	}
	return fileChange(path, before, Buffer.from(edit.text, encoding), 'bashrc');
}

const withoutBashrc = (tree: Tree): Part => undone(tree, bashrc, 'bashrc', undoBashrc);

function edited(tree: Tree, at: string, block: MakeConfBlock, editor: Editor): Part {
	const {path, text, before, encoding} = textOf(tree, at);
	if (encoding !== 'utf8') return leftAlone(path, 'it is not UTF-8', block.lines);
	const edit = applyMakeConf(text, block, sourced(tree, path));
	if ('unsafe' in edit) return leftAlone(path, edit.unsafe, block.lines);
	return fileChange(path, before, Buffer.from(edit.text, encoding), editor);
}

function undone(tree: Tree, at: string, editor: Editor, undo: (text: string) => Edit): Part {
	const {path, text, before, encoding} = textOf(tree, at);
	if (before === undefined) return nothing;
	const edit = undo(text);
	if ('unsafe' in edit) return leftAlone(path, edit.unsafe, []);
	return fileChange(path, before, Buffer.from(edit.text, encoding), editor);
}

function fileChange(path: string, before: Buffer | undefined, after: Buffer, editor: Editor): Part {
	if (before?.equals(after) === true) return nothing;
	const access = before === undefined ? openFile : undefined;
	return {...nothing, changes: [{kind: 'file', path, before, after, access, editor}]};
}

function leftAlone(path: string, why: string, lines: readonly string[]): Part {
	return {...nothing, leftAlone: [{path, why, text: lines.join('\n')}]};
}

/** Assignments of all of make.conf, our blocks left out. */
function readAll(tree: Tree): readonly Assignment[] {
	const known = new Map<string, string>();
	const found: Assignment[] = [];
	for (const path of configFilesIn(tree, makeConf)) {
		const {text} = textOf(tree, path);
		const without = undoMakeConf(text);
		const reading = readMakeConf(
			'text' in without ? without.text : text,
			sourced(tree, path),
			known,
		);
		if (reading.kind === 'refused') continue;
		for (const assignment of reading.assignments) known.set(assignment.name, assignment.expanded);
		found.push(...reading.assignments);
	}
	return found;
}

function sourced(tree: Tree, path: string): (named: string) => string | undefined {
	return named => {
		const file = tree.file(resolve(dirname(path), named));
		return file === undefined ? undefined : decode(file.bytes).text;
	};
}

function textOf(tree: Tree, at: string) {
	const file = tree.file(at);
	const {text, encoding} = decode(file?.bytes ?? Buffer.of());
	return {path: tree.real(at), before: file?.bytes, text, encoding};
}

/** As UTF-8 where that loses nothing. */
export function decode(bytes: Buffer): {
	readonly text: string;
	readonly encoding: 'utf8' | 'latin1';
} {
	const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
	return {text: bytes.toString(encoding), encoding};
}
