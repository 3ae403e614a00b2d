import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Hosts, tierCounts, untilCounted} from './hosts.js';
import {kinds} from './kinds.js';
import {type Built, SharedBuild, sourceCount} from './shared-build.js';
import type {SharedServer} from './shared-server.js';

/** Two hosts with disks of their own share results through each kind of store; whatever is in it, objects are those of plain gcc. */

for (const {name, unable, start} of kinds) {
	const check = unable === undefined ? test.serial : test.skip;
	const because = unable === undefined ? '' : ` (${unable})`;

	check(
		`${name}: a build that one host did is hits on another that never saw it${because}`,
		async t => {
			const {server, hosts, build, plain} = await prepare(t, start);
			const [first, second] = [hosts.host(0), hosts.host(1)];
			t.is((await first.during(() => builds(t, build, first, plain))).misses, sourceCount);
			await untilCounted(first, server.kind, ({writes}) => writes === 2 * sourceCount);
			t.is((await server.objects()).size, 2 * sourceCount);
			const counted = await second.during(() => builds(t, build, second, plain));
			t.like(counted, {directHits: sourceCount, misses: 0});
			t.like(await tierCounts(second, server.kind), {hits: sourceCount, misses: 0, writes: 0});
			// Now they are on its own disk.
			t.is((await second.during(() => builds(t, build, second, plain))).directHits, sourceCount);
			t.is((await tierCounts(second, server.kind)).hits, sourceCount);
		},
	);

	check(
		`${name}: damaged, swapped and cut off objects are misses that are counted, and are replaced${because}`,
		async t => {
			const {server, hosts, build, plain} = await prepare(t, start);
			const [first, second] = [hosts.host(0), hosts.host(1)];
			await builds(t, build, first, plain);
			await untilCounted(first, server.kind, ({writes}) => writes === 2 * sourceCount);
			const names = [...(await server.objects())];
			for (const [index, [object, bytes]] of names.entries()) {
				const [, neighbour = bytes] = names[(index + 1) % names.length] ?? [];
				await server.overwrite(object, spoilt(index, bytes, neighbour));
			}
			const counted = await second.during(() => builds(t, build, second, plain));
			t.like(counted, {directHits: 0, misses: sourceCount, fallbacks: 0});
			t.true((await tierCounts(second, server.kind)).rejected > 0);
			await untilCounted(second, server.kind, ({writes}) => writes === 2 * sourceCount);
			const third = hosts.host(2);
			t.is((await third.during(() => builds(t, build, third, plain))).directHits, sourceCount);
		},
	);

	check(`${name}: with a signing key nothing that others planted is taken${because}`, async t => {
		const {server, hosts, build, plain} = await prepare(t, start, true);
		const [unsigned, forger, signer] = [hosts.host(0), hosts.host(1), hosts.host(2)];
		for (const planter of [unsigned, forger]) {
			await builds(t, build, planter, plain);
			await untilCounted(planter, server.kind, ({writes}) => writes >= 2 * sourceCount);
			await forgetDisk(signer);
			const counted = await signer.during(() => builds(t, build, signer, plain));
			t.like(counted, {directHits: 0, misses: sourceCount});
			t.true((await tierCounts(signer, server.kind)).rejected > 0);
			await untilCounted(signer, server.kind, ({writes}) => writes === 2 * sourceCount);
		}
		await forgetDisk(signer);
		const counted = await signer.during(() => builds(t, build, signer, plain));
		t.is(counted.directHits, sourceCount);
	});
}

interface Prepared {
	readonly server: SharedServer;
	readonly hosts: Hosts;
	readonly build: SharedBuild;
	readonly plain: Built;
}

/** `isSigning`: the second host signs with another key than the third, and the first with none. */
async function prepare(
	t: ExecutionContext,
	start: () => Promise<SharedServer>,
	isSigning = false,
): Promise<Prepared> {
	const server = await start();
	t.teardown(() => server.stop());
	const hosts = await Hosts.start(server.env, server.env, server.env);
	t.teardown(() => hosts.close());
	if (isSigning) {
		for (const [index, key] of ['a'.repeat(40), 'b'.repeat(40)].entries()) {
			await withSigningKey(hosts, index + 1, key);
		}
	}
	const build = new SharedBuild(hosts);
	return {server, hosts, build, plain: await build.plain(hosts.host(0))};
}

async function withSigningKey(hosts: Hosts, index: number, key: string): Promise<void> {
	const host = hosts.host(index);
	const path = join(host.root, 'key');
	mkdirSync(join(host.root, '.config/sccache'), {recursive: true});
	writeFileSync(path, `${key}\n`, {mode: 0o600});
	writeFileSync(
		join(host.root, '.config/sccache/config'),
		`[cache.shared]\nsigning_key_file = ${JSON.stringify(path)}\n`,
	);
	await forgetDisk(host);
}

async function forgetDisk(host: Hosts['all'][number]): Promise<void> {
	await host.stopDaemon();
	rmSync(host.cacheDir, {recursive: true, force: true});
	await host.startDaemon();
}

async function builds(
	t: ExecutionContext,
	build: SharedBuild,
	host: Hosts['all'][number],
	plain: Built,
): Promise<void> {
	const built = await build.start(host).done;
	t.is(built.code, 0, built.output);
	t.deepEqual(built.objects, plain.objects);
}

function spoilt(index: number, bytes: Buffer, neighbour: Buffer): Buffer {
	switch (index % 5) {
		case 0:
			return bytes.subarray(0, bytes.length / 2);
		case 1:
			return neighbour;
		case 2:
			return Buffer.alloc(0);
		case 3: {
			const flipped = Buffer.from(bytes);
			const at = bytes.length - 1;
			flipped[at] = (flipped[at] ?? 0) ^ 1;
			return flipped;
		}
		default:
			return Buffer.from('<html>not an object</html>');
	}
}
