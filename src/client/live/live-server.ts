import type {ServerList} from '../../protocol/dist/extensions.js';
import type {LiveServer} from '../../protocol/live.js';
import type {ServerTally} from './server-tallies.js';

type Row = ServerList['servers'][number];

/** v1's heartbeat comes every 30 s, a status every second or few. */
const silentV1Ms = 45_000;
const silentMs = 5000;

/** A server as the scheduler lists it. What it has done and failed is what this host saw of it. */
export function liveServer(row: Row, {done, failed}: ServerTally): LiveServer {
	const {status, quarantine} = row;
	return {
		address: row.address,
		state: stateOf(row),
		reason: quarantine?.reason ?? '',
		quarantineMs: quarantine?.untilMs ?? 0,
		slots: status?.slots ?? row.numCpus,
		jobs: row.inProgress,
		speed: row.speed,
		...(status === undefined
			? {}
			: {
					load: status.load,
					arch: status.arch,
					memoryTotalBytes: status.memoryTotalBytes,
					memoryFreeBytes: status.memoryFreeBytes,
				}),
		toolchains: status?.toolchains ?? [],
		refused: status?.refused ?? {},
		done,
		failed,
		lastSeenMs: row.lastSeenMs,
	};
}

function stateOf({status, quarantine, lastSeenMs}: Row): LiveServer['state'] {
	if (quarantine !== undefined) return 'quarantined';
	if (lastSeenMs > (status === undefined ? silentV1Ms : silentMs)) return 'silent';
	return status === undefined || status.state === 'up' ? 'up' : 'draining';
}
