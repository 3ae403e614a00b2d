import type {ClientConfig} from '../../config/client-config.js';

/** Where the daemon listens, for people. */
export function address({socketPath, port}: Pick<ClientConfig, 'socketPath' | 'port'>): string {
	return socketPath === undefined ? `127.0.0.1:${port}` : socketPath.replace('\0', '\\x00');
}
