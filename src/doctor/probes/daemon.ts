import {readFileSync} from 'node:fs';
import {run} from '../../exec/run.js';
import {AppError} from '../../lib/errors.js';
import type {User} from '../access.js';
import type {Host} from '../host.js';
import type {AccessFacts, DaemonFacts} from '../verdicts/daemon.js';
import {foldersTo, owned} from './files.js';

/** Where builds look for the daemon: one of the two is set. */
export interface Endpoint {
	readonly socketPath: string | undefined;
	readonly port: number | undefined;
}

function addressOf({socketPath, port}: Endpoint): string {
	return socketPath?.replace('\0', '\\x00') ?? `127.0.0.1:${port}`;
}

export interface DaemonProbe {
	readonly facts: DaemonFacts;
	readonly pid: number | undefined;
}

export async function probeDaemon(
	host: Host,
	endpoint: Endpoint,
	portage: User,
): Promise<DaemonProbe> {
	const {version, init} = host;
	const facts = {address: addressOf(endpoint), version, init, portage};
	try {
		const reply = await host.daemon.ping(endpoint);
		if (reply === undefined) return {facts: {...facts, answer: {kind: 'none'}}, pid: undefined};
		const {pid} = reply;
		const answer = {kind: 'answers', version: reply.version, uid: uidOf(pid)} as const;
		return {facts: {...facts, answer}, pid};
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		const {uid, name} = host.user;
		const forbidden = uid !== 0 && uid !== portage.uid && /EACCES/.test(error.message);
		const answer = forbidden
			? ({kind: 'forbidden', asker: name} as const)
			: ({kind: 'error', message: error.message} as const);
		return {facts: {...facts, answer}, pid: undefined};
	}
}

/** Effective, by proc(5). */
function uidOf(pid: number): number | undefined {
	try {
		const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
		return uid === undefined ? undefined : Number(uid);
	} catch {
		return undefined;
	}
}

const connect = `
const [name, port] = process.argv.slice(1);
const path = name.replace(/^\\\\x00/, String.fromCharCode(0));
const socket = require('node:net').connect(path ? {path} : {host: '127.0.0.1', port});
socket.once('connect', () => {console.log('connected'); socket.destroy();});
socket.once('error', error => console.log(error.code));
`;
const connectMs = 10_000;

export async function probeAccess(
	host: Host,
	endpoint: Endpoint,
	user: User,
): Promise<AccessFacts> {
	const {socketPath, port} = endpoint;
	const onDisk = socketPath?.startsWith('/') === true;
	return {
		address: addressOf(endpoint),
		socket: onDisk ? owned(socketPath) : undefined,
		folders: onDisk ? foldersTo(socketPath) : [],
		user,
		init: host.init,
		tried:
			host.user.uid === 0 || host.user.uid === user.uid
				? await connectAs(
						user,
						socketPath?.replace('\0', '\\x00') ?? '',
						port ?? 0,
						host.user.uid === 0,
					)
				: undefined,
	};
}

async function connectAs(user: User, path: string, port: number, switches: boolean) {
	const {stdout} = await run([process.execPath, '-e', connect, path, String(port)], {
		env: {},
		cwd: '/',
		timeoutMs: connectMs,
		...(switches ? {user: {uid: user.uid, gid: user.gid}} : {}),
	});
	return stdout.toString('latin1').trim() || 'no answer';
}
