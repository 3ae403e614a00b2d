import test from 'ava';
import {loadClientConfig} from '../../src/config/load.js';
import {sharedSecrets} from '../../src/config/shared-config.js';
import {createLog} from '../../src/lib/log.js';
import {Level} from '../../src/tiers/level.js';
import {openTier} from '../../src/tiers/open.js';
import {Seal} from '../../src/tiers/seal.js';
import {maxObjectBytes} from '../../src/tiers/tier.js';
import {kinds} from './kinds.js';
import type {SharedServer} from './shared-server.js';

const key = 'ab'.repeat(32);

for (const {name, unable, start} of kinds) {
	const check = unable === undefined ? test.serial : test.skip;
	const because = unable === undefined ? '' : ` (${unable})`;

	check(
		`${name}: an object that is too large is not taken, and the store goes on being asked${because}`,
		async t => {
			const server = await start();
			t.teardown(() => server.stop());
			const counted: Record<string, number> = {};
			const level = await levelOn(server, counted);
			t.teardown(() => level.close());
			const question = {compileMs: 60_000, sizeBytes: maxObjectBytes};
			t.deepEqual(await level.read('entry', key, question), {kind: 'absent'});
			t.true(await level.write(key, Buffer.from('to be replaced')));
			const [object = ''] = (await server.objects()).keys();
			await server.overwrite(object, Buffer.alloc(maxObjectBytes + 1));
			for (let round = 0; round < 4; round++) {
				t.deepEqual(await level.read('entry', key, question), {kind: 'failed', why: 'too large'});
			}
			t.like(counted, {rejected: 4, writes: 1});
			t.is(counted.errors, undefined);
		},
	);
}

async function levelOn(server: SharedServer, counted: Record<string, number>): Promise<Level> {
	Object.assign(process.env, server.env);
	const {shared} = loadClientConfig({HOME: '/nowhere', SCCACHE_CONF: '/nowhere', ...server.env});
	const [config] = shared?.tiers ?? [];
	if (shared === undefined || config === undefined) throw new Error('no shared cache');
	return new Level({
		name: config.kind,
		tier: await openTier(config, sharedSecrets(shared), () => {}),
		writable: true,
		seal: new Seal(undefined),
		nowMs: () => performance.now(),
		count: (counter, value) => {
			counted[counter] = (counted[counter] ?? 0) + value;
		},
		log: createLog({
			target: 'test',
			filter: {rules: [], pattern: undefined},
			style: {format: 'text', millis: false, prefixed: false},
			now: Date.now,
			write: () => {},
		}),
	});
}
