import {chmodSync, unlinkSync} from 'node:fs';
import {connect, type Server} from 'node:net';
import {dirname} from 'node:path';
import type {ClientConfig} from '../config/client-config.js';
import {AppError} from '../lib/errors.js';
import {makeFolder} from '../lib/make-folder.js';

/** Only root and the daemon's own user may connect: connecting needs write permission. */
const socketMode = 0o700;
const folderMode = 0o755;

/** Listens where the configuration says. A socket that nobody answers on any more is replaced. Throws AppError ADDRESS_IN_USE. */
export async function listen(server: Server, {socketPath, port}: ClientConfig): Promise<void> {
	if (socketPath === undefined) {
		await begin(server, {host: '127.0.0.1', port: port ?? 0});
		return;
	}
	if (!socketPath.startsWith('\0')) {
		makeFolder(dirname(socketPath), folderMode);
		if (await isAnswered(socketPath)) {
			throw inUse(socketPath);
		}
		removeStale(socketPath);
	}
	await begin(server, {path: socketPath});
	if (!socketPath.startsWith('\0')) {
		chmodSync(socketPath, socketMode);
	}
}

function begin(
	server: Server,
	where: {path: string} | {host: string; port: number},
): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => {
			reject(
				error.code === 'EADDRINUSE'
					? inUse('path' in where ? where.path : `127.0.0.1:${where.port}`)
					: error,
			);
		});
		server.listen({...where, backlog: 1024}, resolve);
	});
}

function isAnswered(path: string): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect(path);
		const end = (answered: boolean) => {
			socket.destroy();
			resolve(answered);
		};
		socket.once('connect', () => end(true));
		socket.once('error', () => end(false));
	});
}

function removeStale(path: string): void {
	try {
		unlinkSync(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
			throw error;
		}
	}
}

function inUse(address: string): AppError {
	return new AppError('ADDRESS_IN_USE', `another daemon answers on ${address}`, {
		hint: 'end it with `sccache --stop-server`, or choose another SCCACHE_SERVER_UDS or SCCACHE_SERVER_PORT',
	});
}
