import {GenerateJwtHs256Key} from './auth/generate-jwt-hs256-key.js';
import {GenerateSharedToken} from './auth/generate-shared-token.js';
import {Scheduler} from './scheduler.js';

export const commands = {
	'auth:generate-jwt-hs256-key': GenerateJwtHs256Key,
	'auth:generate-shared-token': GenerateSharedToken,
	scheduler: Scheduler,
};
