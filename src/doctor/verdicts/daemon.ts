import type {Owned, User} from '../access.js';
import {may, obstacleOnTheWay, octal} from '../access.js';
import {type Init, serviceCommand} from '../service.js';
import {failure, ok, skipped, type Verdict, warning} from '../verdict.js';
import {sentence} from '../words.js';

export interface DaemonFacts {
	/** Where it should listen, for people. */
	readonly address: string;
	/** Of ours. */
	readonly version: string;
	readonly answer:
		| {readonly kind: 'none'}
		| {readonly kind: 'error'; readonly message: string}
		/** Whoever asks may not. */
		| {readonly kind: 'forbidden'; readonly asker: string}
		/** `uid`: of its process; undefined: not known. */
		| {readonly kind: 'answers'; readonly version: string; readonly uid: number | undefined};
	readonly portage: User;
	readonly init: Init;
}

/** The daemon runs, answers, is as new as we are, and of a user that the shim trusts. */
export function judgeDaemon({address, version, answer, portage, init}: DaemonFacts): Verdict {
	const start = serviceCommand(init, 'start', 'sccache-client');
	const restart = serviceCommand(init, 'restart', 'sccache-client');
	if (answer.kind === 'none') {
		return failure(
			`No daemon answers on ${address}: builds compile as if there were no sccache.`,
			start,
			{kind: 'start', service: 'sccache-client'},
		);
	}
	if (answer.kind === 'error') {
		const message = `Something listens on ${address}, but: ${answer.message}.`;
		return failure(message, restart);
	}
	if (answer.kind === 'forbidden') {
		const {asker} = answer;
		return skipped(
			`The daemon on ${address} answers ${portage.name} and root alone, not ${asker}: look as root.`,
		);
	}
	if (answer.uid !== undefined && answer.uid !== 0 && answer.uid !== portage.uid) {
		return failure(
			`The daemon on ${address} runs as user ${answer.uid}; builds trust one of ${portage.name} or root alone.`,
			`stop it, then ${start}`,
		);
	}
	if (answer.version !== version) {
		return warning(`The daemon is of version ${answer.version}, and this is ${version}.`, restart);
	}
	if (answer.uid === 0 && portage.uid !== 0) {
		return warning(
			`The daemon on ${address} runs as root, and need not.`,
			`run it as user ${portage.name}, as the service does`,
		);
	}
	return ok(`The daemon answers on ${address}.`);
}

export interface AccessFacts {
	readonly address: string;
	/** Undefined: it has no path. */
	readonly socket: Owned | undefined;
	readonly folders: readonly Owned[];
	/** Whoever builds. */
	readonly user: User;
	/** What connecting as that user came to: 'connected', or an error's code; undefined: it could not be tried. */
	readonly tried: string | undefined;
	readonly init: Init;
}

/** A build, as the user portage, gets to the socket. */
export function judgeAccess({address, socket, folders, user, tried, init}: AccessFacts): Verdict {
	const obstacle = obstacleOnTheWay(user, folders);
	if (obstacle !== undefined) {
		return failure(
			`User ${user.name} can't pass ${obstacle.path} (${octal(obstacle.mode)}) to the socket ${address}.`,
			`chmod o+x ${obstacle.path}`,
			isOurs(obstacle)
				? {kind: 'mode', path: obstacle.path, mode: obstacle.mode | 0o011}
				: undefined,
		);
	}
	if (socket !== undefined && !may(user, 'write', socket)) {
		return failure(
			`The socket ${address} belongs to user ${socket.uid} (${octal(socket.mode)}): ${user.name} can't connect.`,
			`run the daemon as user ${user.name}, as the service does`,
		);
	}
	if (tried !== undefined && tried !== 'connected') {
		return failure(
			sentence(`user ${user.name} can't connect to ${address}: ${tried}`),
			serviceCommand(init, 'restart', 'sccache-client'),
		);
	}
	return ok(
		tried === undefined
			? `Mode and owner of ${address} let ${user.name} connect.`
			: `User ${user.name} can connect.`,
	);
}

/** Made for nothing but the socket: /run/sccache. Another folder may have been shut on purpose. */
const isOurs = ({path}: Owned): boolean => /\/sccache[^/]*$/.test(path);
