import {mkdirSync, writeFileSync} from 'node:fs';
import {debianClients} from './debian-client.js';
import {cacheFolder, type Found, foundFile, type Missing, type Upstream} from './found.js';
import {upstreamInPath} from './version-of.js';

/** Finds or fetches Mozilla's programs, and says which directions can't be tried. */
function find(): Found {
	const farm = upstreamInPath('sccache-dist');
	const client = upstreamInPath('sccache');
	const debian = debianClients();
	const clients = debian.filter((each): each is Upstream => 'program' in each);
	if (client !== undefined && clients.every(({version}) => version !== client.version)) {
		clients.push({...client, from: 'PATH'});
	}
	const missing = debian.filter((each): each is Missing => 'reason' in each);
	if (farm === undefined) {
		missing.push({what: 'sccache-dist', reason: 'none of Mozilla’s is in PATH'});
	}
	return {clients, farms: farm === undefined ? [] : [{...farm, from: 'PATH'}], missing};
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
