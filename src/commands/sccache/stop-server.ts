import {readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {askDaemon} from './control-client.js';
import {type Context, failure, type Result} from './result.js';
import {statsText} from './stats-text.js';

/** Compiles that are under way may take their time; so does the stop. */
const drainMs = 600_000;
/** What it then takes to close the cache. */
const endMs = 10_000;

/** Lets the daemon finish what it has begun, tells its last statistics, and comes back when it is gone. */
export async function stopServer({config, say, version}: Context): Promise<Result> {
	say('Stopping sccache server...\n');
	const reply = await askDaemon(config, 'stop', drainMs);
	if (!reply) return failure("couldn't connect to server");
	if (!(await hasEnded(reply.pid)))
		return failure(`the daemon, process ${reply.pid}, does not end`);
	return {stdout: statsText({...reply.stats, clientVersion: version}, false), exitCode: 0};
}

async function hasEnded(pid: number): Promise<boolean> {
	for (let waitedMs = 0; waitedMs < endMs; waitedMs += 10) {
		if (!isRunning(pid)) return true;
		await sleep(10);
	}
	return false;
}

/** One that nobody has waited for yet has ended all the same (proc(5), stat field 3). */
function isRunning(pid: number): boolean {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
		return !/[ZX]/.test(stat[stat.lastIndexOf(')') + 2] ?? '');
	} catch {
		return false;
	}
}
