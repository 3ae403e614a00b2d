import {spawnSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {create} from 'tar';
import {AppError} from '../lib/errors.js';

/** What one machine built for itself, and what npm noted of where it fetched from. */
const ofThisMachine = [
	/^node_modules\/\.package-lock\.json$/,
	/^node_modules\/\.cache(?:\/|$)/,
	/^node_modules\/better-sqlite3\/build(?:\/|$)/,
	// Only for `npm run lint`; a program for each machine.
	/^node_modules\/@biomejs(?:\/|$)/,
	/^node_modules\/\.bin\/biome$/,
];

/** The commit that is checked out, below a folder `prefix`. Throws RELEASE_UNFIT. */
export function sourceTarball(folder: string, prefix: string): Buffer {
	const changes = said(folder, ['git', 'status', '--porcelain', '--untracked-files=no']);
	if (changes.length > 0) {
		throw new AppError('RELEASE_UNFIT', 'there are changes that are not committed', {
			hint: 'commit them: what is released can be found again',
		});
	}
	return packed(said(folder, ['git', 'archive', '--format=tar', `--prefix=${prefix}/`, 'HEAD']));
}

/** The dependencies that the lock file names, as they are installed, with nothing built. Throws RELEASE_UNFIT. */
export async function dependencyTarball(folder: string, prefix: string): Promise<Buffer> {
	// It fails when the folder and the lock file differ.
	said(folder, ['npm', 'ls', '--all', '--offline', '--silent']);
	const chunks: Buffer[] = [];
	const stream = create(
		{cwd: folder, prefix, portable: true, mtime: new Date(0), noDirRecurse: true},
		[...entriesOf(folder, 'node_modules')],
	);
	for await (const chunk of stream) chunks.push(Buffer.from(chunk));
	return packed(Buffer.concat(chunks));
}

/** In an order that is the same everywhere. */
function* entriesOf(folder: string, path: string): Generator<string> {
	if (ofThisMachine.some(pattern => pattern.test(path))) return;
	if (path !== 'node_modules') yield path;
	const entries = readdirSync(join(folder, path), {withFileTypes: true});
	for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
		const inside = `${path}/${entry.name}`;
		if (entry.isDirectory()) yield* entriesOf(folder, inside);
		else if (!ofThisMachine.some(pattern => pattern.test(inside))) yield inside;
	}
}

function packed(archive: Buffer): Buffer {
	return gzipSync(archive, {level: 9});
}

function said(cwd: string, argv: readonly string[]): Buffer {
	const [program = '', ...args] = argv;
	const {status, stdout, stderr} = spawnSync(program, args, {cwd, maxBuffer: 1024 ** 3});
	if (status === 0) return stdout;
	throw new AppError('RELEASE_UNFIT', `${argv.join(' ')}: ${String(stderr || stdout).trim()}`, {
		hint: 'npm ci puts the dependencies as the lock file has them',
	});
}
