import {CacheExport} from './cache/export.js';
import {CacheImport} from './cache/import.js';
import {CacheSize} from './cache/size.js';
import {CacheTrim} from './cache/trim.js';
import {CacheVerify} from './cache/verify.js';
import {ConfigCheck} from './config/check.js';
import {Doctor} from './doctor.js';
import {Exclude} from './exclude.js';
import {Include} from './include.js';
import {PrintJoinCode} from './join-code.js';
import {LinksCreate} from './links/create.js';
import {LinksList} from './links/list.js';
import {LinksRefresh} from './links/refresh.js';
import {LinksRemove} from './links/remove.js';
import {RetryWithout} from './retry-without.js';
import {SetupClient} from './setup/client.js';
import {SetupScheduler} from './setup/scheduler.js';
import {SetupServer} from './setup/server.js';
import {SetupUndo} from './setup/undo.js';
import {Setup} from './setup.js';
import {Stats} from './stats.js';
import {Top} from './top.js';
import {Why} from './why.js';

export const commands = {
	'cache:export': CacheExport,
	'cache:import': CacheImport,
	'cache:size': CacheSize,
	'cache:trim': CacheTrim,
	'cache:verify': CacheVerify,
	'config:check': ConfigCheck,
	doctor: Doctor,
	exclude: Exclude,
	include: Include,
	'join-code': PrintJoinCode,
	'links:create': LinksCreate,
	'links:list': LinksList,
	'links:refresh': LinksRefresh,
	'links:remove': LinksRemove,
	'retry-without': RetryWithout,
	setup: Setup,
	'setup:client': SetupClient,
	'setup:scheduler': SetupScheduler,
	'setup:server': SetupServer,
	'setup:undo': SetupUndo,
	stats: Stats,
	top: Top,
	why: Why,
};
