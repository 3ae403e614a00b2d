import type {Answers, ClientAnswers, Role} from './answers.js';
import {type FileChange, openFile} from './change.js';
import {applyLines} from './marked-lines.js';
import type {Tree} from './tree.js';

/** A file that comes with this package; undefined: it does not. */
export type Shipped = (name: string) => Buffer | undefined;

/** The size that the shipped service gives the client's cache. */
export const shippedCacheSizeBytes = 20 * 1024 ** 3;

/** The files of the init system that are missing or have to say something else than what is shipped. */
export function serviceFiles(
	answers: Answers,
	roles: readonly Role[],
	tree: Tree,
	shipped: Shipped,
): readonly FileChange[] {
	if (answers.init === 'systemd') {
		return roles.flatMap(role => systemdFiles(answers, role, tree, shipped));
	}
	if (answers.init === 'openrc') {
		return roles.flatMap(role => openrcFiles(answers, role, tree, shipped));
	}
	return [];
}

function systemdFiles(
	{client, eprefix}: Answers,
	role: Role,
	tree: Tree,
	shipped: Shipped,
): readonly FileChange[] {
	const unit = `sccache-${role}.service`;
	const installed = ['/usr/lib/systemd/system', '/lib/systemd/system', '/etc/systemd/system'];
	const bytes = installed.some(folder => tree.has(`${folder}/${unit}`))
		? undefined
		: shipped(`systemd/${unit}`);
	const files: FileChange[] = [];
	if (bytes !== undefined) {
		files.push(...whole(tree, `/etc/systemd/system/${unit}`, inPrefix(bytes, eprefix), 0o644));
	}
	const lines = role === 'client' && client !== undefined ? systemdLines(client) : [];
	const dropIn = `/etc/systemd/system/${unit}.d/50-sccache-gentoo.conf`;
	// One of ours that has nothing more to say goes empty.
	if (lines.length > 0 || tree.has(dropIn)) {
		const text = ['# Written by sccache-gentoo setup.', '[Service]', ...lines, ''].join('\n');
		files.push(...whole(tree, dropIn, Buffer.from(text), 0o644));
	}
	return files;
}

function systemdLines({cacheSizeBytes, path}: ClientAnswers): readonly string[] {
	return [
		...(cacheSizeBytes === shippedCacheSizeBytes
			? []
			: [`Environment="SCCACHE_CACHE_SIZE=${cacheSizeBytes}"`]),
		...(path === 'wiki-tcp'
			? ['Environment="SCCACHE_SERVER_PORT=4227"', 'UnsetEnvironment=SCCACHE_SERVER_UDS']
			: []),
	];
}

const openrcFolder = 'ebuild/dev-util/sccache-gentoo/files';

function openrcFiles(
	{client, eprefix}: Answers,
	role: Role,
	tree: Tree,
	shipped: Shipped,
): readonly FileChange[] {
	const name = `sccache-${role}`;
	const script = tree.has(`/etc/init.d/${name}`)
		? undefined
		: shipped(`${openrcFolder}/${name}.initd`);
	const files: FileChange[] = [];
	if (script !== undefined) {
		files.push(...whole(tree, `/etc/init.d/${name}`, inPrefix(script, eprefix), 0o755));
	}
	const present = tree.file(`/etc/conf.d/${name}`);
	const path = present?.path ?? `/etc/conf.d/${name}`;
	const before = present?.bytes;
	const base = before ?? inPrefix(shipped(`${openrcFolder}/${name}.confd`) ?? Buffer.of(), eprefix);
	const lines = role === 'client' && client !== undefined ? openrcLines(client) : [];
	const after = applyLines(base, lines);
	if (after !== undefined && before?.equals(after) !== true) {
		const access = before === undefined ? openFile : undefined;
		files.push({kind: 'file', path, before, after, access, editor: 'lines'});
	}
	return files;
}

function openrcLines({cacheSizeBytes, path}: ClientAnswers): readonly string[] {
	return [
		...(cacheSizeBytes === shippedCacheSizeBytes ? [] : [`SCCACHE_CACHE_SIZE="${cacheSizeBytes}"`]),
		...(path === 'wiki-tcp' ? ['SCCACHE_CLIENT_PORT="4227"'] : []),
	];
}

function inPrefix(bytes: Buffer, eprefix: string): Buffer {
	if (eprefix === '') return bytes;
	const text = bytes.toString('latin1');
	return Buffer.from(
		text.replace(/(?<=["'=:\s])\/(?=(?:etc|usr|var|run)\/)/g, `${eprefix}/`),
		'latin1',
	);
}

function whole(tree: Tree, path: string, after: Buffer, mode: number): readonly FileChange[] {
	const present = tree.file(path);
	const before = present?.bytes;
	if (before?.equals(after) === true) return [];
	return [
		{
			kind: 'file',
			path: present?.path ?? path,
			before,
			after,
			access: {...openFile, mode},
			editor: 'none',
		},
	];
}

/** What starts these services, and what stops them for good. */
export function serviceCommands(
	init: Answers['init'],
	roles: readonly Role[],
): {
	readonly start: readonly (readonly string[])[];
	readonly stop: readonly (readonly string[])[];
} {
	const names = roles.map(role => `sccache-${role}`);
	if (init === 'systemd' && names.length > 0) {
		return {
			start: [
				['systemctl', 'daemon-reload'],
				['systemctl', 'enable', ...names],
				['systemctl', 'restart', ...names],
			],
			stop: [['systemctl', 'disable', '--now', ...names]],
		};
	}
	if (init === 'openrc') {
		return {
			start: names.flatMap(name => [
				['rc-update', 'add', name, 'default'],
				['rc-service', name, 'restart'],
			]),
			stop: names.flatMap(name => [
				['rc-service', name, 'stop'],
				['rc-update', 'delete', name, 'default'],
			]),
		};
	}
	return {start: [], stop: []};
}
