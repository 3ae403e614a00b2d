import {ConfigCheck} from './config/check.js';
import {Doctor} from './doctor.js';
import {Exclude} from './exclude.js';
import {Include} from './include.js';
import {LinksCreate} from './links/create.js';
import {LinksList} from './links/list.js';
import {LinksRefresh} from './links/refresh.js';
import {LinksRemove} from './links/remove.js';
import {RetryWithout} from './retry-without.js';

export const commands = {
	'config:check': ConfigCheck,
	doctor: Doctor,
	exclude: Exclude,
	include: Include,
	'links:create': LinksCreate,
	'links:list': LinksList,
	'links:refresh': LinksRefresh,
	'links:remove': LinksRemove,
	'retry-without': RetryWithout,
};
