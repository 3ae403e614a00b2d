import {once} from 'node:events';
import {connect} from 'node:net';

/** Whether anything listens: on a port of 127.0.0.1, or on a socket by its path. */
export async function canConnect(where: number | string): Promise<boolean> {
	const socket = typeof where === 'number' ? connect(where, '127.0.0.1') : connect(where);
	try {
		await once(socket, 'connect');
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}
