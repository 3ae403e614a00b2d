import {unableToRedis} from '../helpers/redis-process.js';
import {startRedis} from './redis-server.js';
import {startS3} from './s3-server.js';
import type {SharedServer} from './shared-server.js';
import {startWebdav, unableToWebdav} from './webdav-server.js';

/** Every kind of store that hosts may share. */
export const kinds: readonly {
	readonly name: string;
	/** Why there is none on this machine. */
	readonly unable: string | undefined;
	/** On this port, or any. */
	readonly start: (port?: number) => Promise<SharedServer>;
}[] = [
	{name: 'Redis', unable: unableToRedis(), start: port => startRedis([], port)},
	{name: 'S3', unable: undefined, start: port => startS3(port)},
	{name: 'WebDAV', unable: unableToWebdav(), start: port => startWebdav(undefined, port)},
];
