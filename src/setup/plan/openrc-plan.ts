import type {Answers, ClientAnswers, Role} from './answers.js';
import {type FileChange, openFile} from './change.js';
import {applyLines} from './marked-lines.js';
import {changesAlone, nothing, type Part} from './part.js';
import {inPrefix, type Shipped, shippedCacheSizeBytes} from './shipped.js';
import type {Tree} from './tree.js';

const files = 'ebuild/dev-util/sccache-gentoo/files';

/** The init script, if none is installed, and our lines in conf.d. */
export function planConfD(answers: Answers, role: Role, tree: Tree, shipped: Shipped): Part {
	const {client, eprefix} = answers;
	const name = `sccache-${role}`;
	const isInstalled = tree.has(`/etc/init.d/${name}`);
	const script = isInstalled ? undefined : shipped(`${files}/${name}.initd`);
	if (!isInstalled && script === undefined) {
		return {...nothing, notes: [`there is no /etc/init.d/${name}: nothing starts it`]};
	}
	const confD = shipped(`${files}/${name}.confd`) ?? Buffer.of();
	const lines = role === 'client' && client !== undefined ? clientLines(client) : [];
	const settings = planSettings(tree, name, inPrefix(confD, eprefix), lines);
	if (script === undefined) return settings;
	const path = tree.real(`/etc/init.d/${name}`);
	const after = inPrefix(script, eprefix);
	const access = {...openFile, mode: 0o755};
	const made: FileChange = {
		kind: 'file',
		path,
		before: undefined,
		after,
		access,
		editor: 'none',
		content: 'shipped',
	};
	return {...settings, changes: [made, ...settings.changes]};
}

function planSettings(tree: Tree, name: string, fresh: Buffer, lines: readonly string[]): Part {
	const path = tree.real(`/etc/conf.d/${name}`);
	const before = tree.file(path)?.bytes;
	const after = applyLines(before ?? fresh, lines);
	if (after === undefined) {
		const why = 'the marks of our block in it are damaged';
		return {...nothing, leftAlone: [{path, why, text: lines.join('\n')}]};
	}
	if (before?.equals(after) === true) return nothing;
	const access = before === undefined ? openFile : undefined;
	const content = after.equals(fresh) ? {content: 'shipped' as const} : {};
	return changesAlone([{kind: 'file', path, before, after, access, editor: 'lines', ...content}]);
}

function clientLines({cacheSizeBytes, path}: ClientAnswers): readonly string[] {
	return [
		...(cacheSizeBytes === shippedCacheSizeBytes ? [] : [`SCCACHE_CACHE_SIZE="${cacheSizeBytes}"`]),
		...(path === 'wiki-tcp' ? ['SCCACHE_SERVER_PORT="4227"'] : []),
	];
}
