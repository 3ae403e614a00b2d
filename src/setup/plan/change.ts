/** Users and groups that files of ours belong to. */
export type Owner = 'root' | 'portage';

export interface Access {
	readonly mode: number;
	readonly owner: Owner;
	readonly group: Owner;
}

/** How our part of a file is taken out again after a user has changed the rest. */
export type Editor = 'make-conf' | 'bashrc' | 'lines' | 'none';

export interface FolderChange {
	readonly kind: 'folder';
	readonly path: string;
	readonly access: Access;
}

export interface FileChange {
	readonly kind: 'file';
	readonly path: string;
	/** Undefined: there is no such file. */
	readonly before: Buffer | undefined;
	readonly after: Buffer;
	/** Undefined: as the file has it. */
	readonly access: Access | undefined;
	readonly editor: Editor;
	/** Of a secret one, only lines that are known to hold none are shown; a shipped one is shown in full only in a dry run. */
	readonly content?: 'secret' | 'shipped';
}

/** A compiler's name that leads to our program. */
export interface LinkChange {
	readonly kind: 'link';
	readonly path: string;
	readonly program: string;
}

/** One step on a tree. Paths begin with `/` and are within the tree. */
export type Change = FolderChange | FileChange | LinkChange;

/** What a file that can't be changed safely should get by hand. */
export interface LeftAlone {
	readonly path: string;
	readonly why: string;
	readonly text: string;
}

export interface Plan {
	readonly changes: readonly Change[];
	/** To be run after the changes, in this order: program and arguments. */
	readonly commands: readonly (readonly string[])[];
	/** To be run before all of it is undone. */
	readonly undoCommands: readonly (readonly string[])[];
	/** To be run when it has been undone. */
	readonly afterUndo: readonly (readonly string[])[];
	readonly leftAlone: readonly LeftAlone[];
	/** For the user to read. */
	readonly notes: readonly string[];
}

export const rootOnly: Access = {mode: 0o640, owner: 'root', group: 'root'};
export const portageReads: Access = {mode: 0o640, owner: 'root', group: 'portage'};
export const openFile: Access = {mode: 0o644, owner: 'root', group: 'root'};
export const openFolder: Access = {mode: 0o755, owner: 'root', group: 'root'};
export const portageFolder: Access = {mode: 0o750, owner: 'portage', group: 'portage'};
