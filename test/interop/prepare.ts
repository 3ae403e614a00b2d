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
for (const {version, from} of found.clients) console.error(`interop: client ${version}, ${from}`);
for (const {version, from} of found.farms) console.error(`interop: sccache-dist ${version}, ${from}`);
for (const {what, reason} of found.missing) console.error(`interop: without ${what}: ${reason}`);
