import {availableParallelism} from 'node:os';
import type {ClientConfig} from '../config/client-config.js';
import {notifySystemd} from '../lib/notify-systemd.js';
import {createControl} from './control.js';
import {Team} from './team.js';

export {askDistStatus, type DistStatus} from './dist/ask-status.js';
export {type ServerTrial, type ServerTrialOptions, tryServer} from './dist/try-server.js';

const idleCheckMs = 1000;
const maxWorkers = 8;

/** One thread answers a few thousand hits a second, which keeps four building cores busy. */
function workersFor(cores: number): number {
	return Math.min(maxWorkers, Math.max(1, Math.floor(cores / 4)));
}

export interface DaemonOptions {
	readonly config: ClientConfig;
	readonly version: string;
	/** NOTIFY_SOCKET, under systemd. */
	readonly notifySocket: string | undefined;
}

/** The client daemon, from its start to its end. Throws AppError ADDRESS_IN_USE. */
export async function runDaemon({config, version, notifySocket}: DaemonOptions): Promise<void> {
	const say = (text: string) => process.stderr.write(`sccache: ${text}\n`);
	for (const warning of warningsOf(config)) {
		say(warning);
	}
	let stop = () => {};
	const stopped = new Promise<void>(resolve => {
		stop = resolve;
	});
	let team: Team | undefined;
	const control = createControl(config, version, () => team as Team, stop);
	team = await Team.start(
		config,
		config.workers ?? workersFor(availableParallelism()),
		control,
		error => say(String(error)),
	);
	process.once('SIGTERM', stop);
	process.once('SIGINT', stop);
	const idle = watchIdle(team, config.idleTimeoutS * 1000, stop);
	await notifySystemd(notifySocket, 'READY=1');
	await stopped;
	clearInterval(idle);
	await notifySystemd(notifySocket, 'STOPPING=1');
	await team.quiesce();
	await team.close();
}

function warningsOf(config: ClientConfig): readonly string[] {
	const later =
		config.notYet.length === 0
			? []
			: [`not in this version yet, and ignored: ${config.notYet.join(', ')}`];
	return [...config.warnings, ...later];
}

/** Ends the daemon after a time without compiles; 0: never. */
function watchIdle(team: Team, timeoutMs: number, stop: () => void): NodeJS.Timeout | undefined {
	if (timeoutMs === 0) {
		return undefined;
	}
	return setInterval(
		async () => {
			if (Date.now() - (await team.lastActiveMs()) > timeoutMs) {
				stop();
			}
		},
		Math.min(idleCheckMs, timeoutMs),
	);
}
