import {ConfigCheck} from './config/check.js';
import {LinksCreate} from './links/create.js';
import {LinksList} from './links/list.js';
import {LinksRemove} from './links/remove.js';

export const commands = {
	'config:check': ConfigCheck,
	'links:create': LinksCreate,
	'links:list': LinksList,
	'links:remove': LinksRemove,
};
