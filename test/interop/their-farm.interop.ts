import {chmodSync, mkdtempSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {type Host, loopback, PrivateFarm} from '../helpers/private-farm.js';
import {readFound} from './found.js';
import {OwnClient} from './own-client.js';
import {unable} from './own-farm.js';

/** Our client, where the scheduler or the server or both are Mozilla's. */

const {farms} = readFound();
const ours: Host = loopback;
const directions = ['scheduler and server', 'scheduler', 'server'] as const;

const why = unable();
for (const direction of directions) {
	if (farms.length === 0) test.skip(`their ${direction} (no sccache-dist of Mozilla's)`, () => {});
}
for (const {version, program} of farms) {
	const theirs: Host = {...loopback, program};
	for (const direction of directions) {
		const title = `${version}: their ${direction}, a server that starts again included`;
		if (why !== undefined) {
			test.skip(`${title} (${why})`, () => {});
			continue;
		}
		test.serial(title, async t => {
			const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sccache-interop-farm-')));
			chmodSync(folder, 0o755);
			t.teardown(() => rmSync(folder, {recursive: true, force: true}));
			const farm = await PrivateFarm.start(folder, {
				scheduler: direction === 'server' ? ours : theirs,
				servers: [direction === 'scheduler' ? ours : theirs],
			});
			t.teardown(() => farm.stop());
			const client = await OwnClient.start(farm.schedulerUrl, farm.clientToken);
			t.teardown(() => client.stop());
			const server = farm.serverAddress(0);
			await client.warmUp(server);
			const before = await client.distributed(server);
			const source = client.freshSource();
			t.is((await client.compile(source)).code, 0);
			t.is(await client.distributed(server), before + 1, farm.said('server-0'));
			const made = client.made(source);
			await client.plain(source);
			t.deepEqual(made, client.made(source));
			const broken = client.freshSource('int x = ;\n');
			t.is((await client.compile(broken)).code, 1);

			await farm.end('server-0');
			t.is((await client.compile(client.freshSource())).code, 0);
			farm.startServer(0);
			await client.warmUp(server);
		});
	}
}
