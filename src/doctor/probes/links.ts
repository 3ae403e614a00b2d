import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {isCompilerName} from '../../links/compiler-name.js';
import {findCompilers, wrapperBehind} from '../../links/find-compilers.js';
import {describeLinks, listLinks, refreshLinks} from '../../links/folder.js';
import type {User} from '../access.js';
import type {Host} from '../host.js';
import type {CompilerFacts, LinkFacts} from '../verdicts/links.js';
import type {PathFacts} from '../verdicts/path.js';
import {foldersTo} from './files.js';
import type {PortageFacts} from './portage.js';

/** The names that builds call compilers by, and where they lead. */
export interface NamesFacts {
	readonly path: PathFacts;
	readonly links: LinkFacts;
	readonly compilers: CompilerFacts;
	/** PATH without the folder of links, in the tree. */
	readonly searchPath: string;
}

export function probeNames(host: Host, portage: PortageFacts, builder: User): NamesFacts {
	const {root, program} = host;
	const place = (folder: string) => join(root, folder);
	const folders = portage.path.map(({folder}) => folder);
	const linksIn = (folder: string) =>
		existsSync(place(folder)) ? listLinks({folder: place(folder), program}) : [];
	const shimFolders = folders.filter(
		folder => folder === host.linkFolder || linksIn(folder).some(isCompilerName),
	);
	const folder = shimFolders[0] ?? host.linkFolder;
	// A host that is looked at alive leads on by itself.
	const tree = host.isLive ? '/' : root;
	const where = {folder: place(folder), program, root: tree};
	const searchPath = (folders.length > 0 ? folders : usualFolders)
		.filter(name => name !== folder)
		.map(place)
		.join(':');
	const links = existsSync(where.folder) ? describeLinks(where, searchPath) : undefined;
	const repair = {kind: 'refresh links', folder: where.folder, searchPath, root: tree} as const;
	return {
		path: {
			parts: portage.path,
			profileHasPath: portage.profileHasPath,
			shimFolders,
			linkFolder: links === undefined || links.length === 0 ? undefined : folder,
			hidden: folders
				.slice(0, Math.max(0, folders.indexOf(folder)))
				.map(before => ({folder: before, names: findCompilers(place(before), program, tree)}))
				.filter(({names}) => names.length > 0),
		},
		links: {
			program,
			hasProgram: existsSync(program),
			folders: foldersTo(join(where.folder, 'gcc')),
			builder,
			folder: where.folder,
			links,
			steps: existsSync(program) ? refreshLinks(where, searchPath, true) : [],
			repair,
		},
		compilers: {
			folder: where.folder,
			links: links ?? [],
			wrapped: new Map(
				(links ?? []).flatMap(({name, behind}) => {
					const wrapper = behind === undefined ? undefined : wrapperBehind(behind, tree);
					return wrapper === undefined ? [] : [[name, wrapper] as const];
				}),
			),
			repair,
		},
		searchPath,
	};
}

/** Where no make.conf tells. */
const usualFolders = ['/usr/local/bin', '/usr/bin', '/bin'];
