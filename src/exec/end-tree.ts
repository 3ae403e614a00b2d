import {systemCode} from '../lib/errors.js';

/** Kills a process group; one that is gone, or that changed its user, is let be. */
export function endGroup(leader: number): void {
	kill(-leader);
}

/** Kills one process that may be gone. */
export function endProcess(pid: number): void {
	kill(pid);
}

function kill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch (error) {
		const code = systemCode(error);
		if (code !== 'ESRCH' && code !== 'EPERM') throw error;
	}
}
