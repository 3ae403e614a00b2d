import {GenerateJwtHs256Key} from './auth/generate-jwt-hs256-key.js';
import {GenerateJwtHs256ServerToken} from './auth/generate-jwt-hs256-server-token.js';
import {GenerateSharedToken} from './auth/generate-shared-token.js';
import {Scheduler} from './scheduler.js';
import {Server} from './server.js';

export const commands = {
	'auth:generate-jwt-hs256-key': GenerateJwtHs256Key,
	'auth:generate-jwt-hs256-server-token': GenerateJwtHs256ServerToken,
	'auth:generate-shared-token': GenerateSharedToken,
	scheduler: Scheduler,
	server: Server,
};
