import type {Answers, ClientAnswers, Role} from './answers.js';
import {openFile} from './change.js';
import {changesAlone, joinParts, nothing, type Part} from './part.js';
import {inPrefix, type Shipped, shippedCacheSizeBytes} from './shipped.js';
import type {Tree} from './tree.js';

const unitFolders = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];

/** The unit, if none is installed, and a drop-in for what it has to say beside. */
export function planUnit(answers: Answers, role: Role, tree: Tree, shipped: Shipped): Part {
	const name = `sccache-${role}.service`;
	const own = shipped(`systemd/${name}`);
	const installed = unitFolders
		.map(folder => tree.file(`${folder}/${name}`)?.bytes)
		.find(bytes => bytes !== undefined);
	const unit = installed ?? (own === undefined ? undefined : inPrefix(own, answers.eprefix));
	if (unit === undefined) return {...nothing, notes: [`there is no ${name}: nothing starts it`]};
	const lines = dropInLines(answers, role, unit.toString('latin1'));
	const dropIn = `/etc/systemd/system/${name}.d/50-sccache-gentoo.conf`;
	const text = ['# Written by sccache-gentoo setup.', '[Service]', ...lines, ''].join('\n');
	return joinParts([
		installed === undefined
			? wholeFile(tree, `/etc/systemd/system/${name}`, unit, {content: 'shipped'})
			: nothing,
		// One of ours that has nothing more to say goes empty.
		lines.length > 0 || tree.has(dropIn) ? wholeFile(tree, dropIn, Buffer.from(text)) : nothing,
	]);
}

function dropInLines({client, eprefix}: Answers, role: Role, unit: string): readonly string[] {
	if (role === 'client') return client === undefined ? [] : clientLines(client);
	const start = `ExecStart=${eprefix}/usr/bin/sccache-dist ${role} --config ${eprefix}/etc/sccache/${role}.conf`;
	const foreground = 'Environment="SCCACHE_NO_DAEMON=1"';
	const lines = unit.split(/\r?\n/);
	return [
		// The wiki's lines, over a unit that starts something else.
		...(lines.includes(start) ? [] : ['ExecStart=', start]),
		...(lines.includes(foreground) ? [] : [foreground]),
	];
}

function clientLines({cacheSizeBytes, path}: ClientAnswers): readonly string[] {
	return [
		...(cacheSizeBytes === shippedCacheSizeBytes
			? []
			: [`Environment="SCCACHE_CACHE_SIZE=${cacheSizeBytes}"`]),
		...(path === 'wiki-tcp'
			? ['Environment="SCCACHE_SERVER_PORT=4227"', 'UnsetEnvironment=SCCACHE_SERVER_UDS']
			: []),
	];
}

function wholeFile(
	tree: Tree,
	at: string,
	after: Buffer,
	content: {readonly content?: 'shipped'} = {},
): Part {
	const path = tree.real(at);
	const before = tree.file(path)?.bytes;
	if (before?.equals(after) === true) return nothing;
	return changesAlone([
		{kind: 'file', path, before, after, access: openFile, editor: 'none', ...content},
	]);
}
