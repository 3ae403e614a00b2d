import {spawn} from 'node:child_process';

/**
 * Tells systemd how the service fares (sd_notify(3)); nothing without NOTIFY_SOCKET. Node has no datagram Unix sockets, so
 * systemd's own program sends it; the unit needs NotifyAccess=all.
 */
export function notifySystemd(
	socket: string | undefined,
	state: 'READY=1' | 'STOPPING=1',
): Promise<void> {
	if (socket === undefined || socket === '') {
		return Promise.resolve();
	}
	return new Promise(resolve => {
		const child = spawn('systemd-notify', [`--pid=${process.pid}`, state], {
			stdio: 'ignore',
			env: {NOTIFY_SOCKET: socket, PATH: '/usr/bin:/bin'},
		});
		child.once('error', () => resolve());
		child.once('exit', () => resolve());
	});
}
