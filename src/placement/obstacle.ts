import {capacity} from './capacity.js';
import {type JobFacts, type ServerFacts, unknownJob} from './facts.js';
import {standing} from './quarantine.js';

/** Why a job can't go to a server, nearest to a yes first. The first three pass by themselves.  */
export const obstacles = [
	'full',
	'memory short',
	'quarantined',
	'avoided',
	'toolchain refused',
	'memory too small',
	'other architecture',
	'draining',
] as const;
export type Obstacle = (typeof obstacles)[number];

export function passes(obstacle: Obstacle): boolean {
	return obstacle === 'full' || obstacle === 'memory short' || obstacle === 'quarantined';
}

/** undefined: the server can take it now. */
export function obstacle(server: ServerFacts, job: JobFacts, nowMs: number): Obstacle | undefined {
	if (server.draining) return 'draining';
	if (server.arch !== undefined && job.arch !== undefined && server.arch !== job.arch) {
		return 'other architecture';
	}
	const needBytes = job.memoryBytes ?? unknownJob.memoryBytes;
	if (server.memory !== undefined && needBytes > server.memory.totalBytes) {
		return 'memory too small';
	}
	if (server.refused.size > 0 && server.refused.has(job.toolchain)) return 'toolchain refused';
	if (job.avoid.size > 0 && job.avoid.has(server.id)) return 'avoided';
	if (server.health !== undefined && standing(server.health, nowMs) === 'quarantined') {
		return 'quarantined';
	}
	if (server.assigned >= capacity(server)) return 'full';
	return memoryShort(server, needBytes) ? 'memory short' : undefined;
}

/** An idle machine takes one job whatever it says is free: caches are not counted as free everywhere. */
function memoryShort({memory, assigned}: ServerFacts, needBytes: number): boolean {
	if (memory === undefined || assigned === 0) return false;
	return needBytes > memory.freeBytes - memory.promisedBytes;
}
