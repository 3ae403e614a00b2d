import {mkdirSync, writeFileSync} from 'node:fs';
import {builtFarm} from './built-farm.js';
import {debianClients} from './debian-client.js';
import {cacheFolder, type Found, foundFile, type Missing, type Upstream} from './found.js';
import {upstreamInPath} from './version-of.js';

/** Finds or fetches Mozilla's programs, and says which directions can't be tried. */
function find(): Found {
	const client = upstreamInPath('sccache');
	const debian = debianClients();
	const clients = debian.filter((each): each is Upstream => 'program' in each);
	if (client !== undefined && clients.every(({version}) => version !== client.version)) {
		clients.push({...client, from: 'PATH'});
	}
	const missing = debian.filter((each): each is Missing => 'reason' in each);
	const farm = findFarm();
	return 'program' in farm
		? {clients, farms: [farm], missing}
		: {clients, farms: [], missing: [...missing, farm]};
}

function findFarm(): Upstream | Missing {
	const inPath = upstreamInPath('sccache-dist');
	return inPath === undefined ? builtFarm() : {...inPath, from: 'PATH'};
}

mkdirSync(cacheFolder, {recursive: true});
const found = find();
writeFileSync(foundFile, JSON.stringify(found, null, '\t'));
const lines = [
	...found.clients.map(({version, from}) => `client ${version}, ${from}`),
	...found.farms.map(({version, from}) => `sccache-dist ${version}, ${from}`),
	...found.missing.map(({what, reason}) => `without ${what}: ${reason}`),
];
for (const line of lines) process.stderr.write(`interop: ${line}\n`);
