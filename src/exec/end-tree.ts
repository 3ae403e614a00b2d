import {systemCode} from '../lib/errors.js';

/** Kills a process group; one that is gone, or that changed its user, is let be. */
export function endGroup(leader: number): void {
	try {
		process.kill(-leader, 'SIGKILL');
	} catch (error) {
		const code = systemCode(error);
		if (code !== 'ESRCH' && code !== 'EPERM') throw error;
	}
}
