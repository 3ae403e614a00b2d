import test, {type ExecutionContext} from 'ava';
import {Hosts, tierCounts, untilCounted} from './hosts.js';
import {kinds} from './kinds.js';
import {type Built, SharedBuild, sourceCount} from './shared-build.js';
import type {SharedServer} from './shared-server.js';
import {startProxy} from './slow-proxy.js';

/** Whatever happens to a shared store in the middle of a build, the build goes on, and its objects are those of plain gcc. */

for (const {name, unable, start} of kinds) {
	const check = unable === undefined ? test.serial : test.skip;
	const because = unable === undefined ? '' : ` (${unable})`;

	check(`${name}: stops answering in the middle of a build${because}`, async t => {
		const {server, host, build, plain} = await prepare(t, start);
		await halfWay(t, build, host, plain, () => server.process.kill('SIGSTOP'));
		// It is left alone by now, and what would be written is dropped.
		await changeAll(t, build, host);
		server.process.kill('SIGCONT');
	});

	check(
		`${name}: is killed in the middle of a build, and asked again once it is back${because}`,
		async t => {
			const {server, host, build, plain} = await prepare(t, start);
			await halfWay(t, build, host, plain, () => server.process.kill('SIGKILL'));
			await changeAll(t, build, host);
			const {errors, skipped} = await tierCounts(host, server.kind);
			t.true(errors > 0 && skipped > 0, JSON.stringify({errors, skipped}));
			const again = await start(server.port);
			t.teardown(() => again.stop());
			for (let round = 0; round < 30; round++) {
				await changeAll(t, build, host);
				if ((await again.objects()).size > 0) break;
			}
			t.true((await again.objects()).size > 0);
		},
	);

	check(`${name}: becomes slow in the middle of a build${because}`, async t => {
		const server = await start();
		t.teardown(() => server.stop());
		const proxy = await startProxy(server.port);
		t.teardown(() => proxy.close());
		const {host, build, plain} = await prepare(t, async () => ({
			...server,
			env: through(server, proxy.port),
			stop: async () => {},
		}));
		await halfWay(t, build, host, plain, () => proxy.delay(3000));
		await changeAll(t, build, host);
		t.true((await tierCounts(host, server.kind)).timeouts > 0);
	});

	check(`${name}: loses and mixes up what it has in the middle of a build${because}`, async t => {
		const {server, hosts, host, build, plain} = await prepare(t, start);
		const {done} = build.start(host);
		t.deepEqual((await done).objects, plain.objects);
		await untilCounted(host, server.kind, ({writes}) => writes === 2 * sourceCount);
		const other = hosts.host(1);
		await halfWay(t, build, other, plain, async () => {
			const all = [...(await server.objects())];
			for (const [index, [object]] of all.entries()) {
				const [, bytes] = all[(index + 3) % all.length] as [string, Buffer];
				await server.overwrite(object, index % 2 === 0 ? bytes : bytes.subarray(1));
			}
		});
	});
}

interface Prepared {
	readonly server: SharedServer;
	readonly hosts: Hosts;
	readonly host: Hosts['all'][number];
	readonly build: SharedBuild;
	readonly plain: Built;
}

async function prepare(
	t: ExecutionContext,
	start: (port?: number) => Promise<SharedServer>,
): Promise<Prepared> {
	const server = await start();
	t.teardown(() => server.stop());
	const hosts = await Hosts.start(server.env, server.env);
	t.teardown(() => hosts.close());
	const build = new SharedBuild(hosts);
	const host = hosts.host(0);
	return {server, hosts, host, build, plain: await build.plain(host)};
}

/** A build during which something happens. */
async function halfWay(
	t: ExecutionContext,
	build: SharedBuild,
	host: Hosts['all'][number],
	plain: Built,
	happens: () => unknown,
): Promise<void> {
	const {done, half} = build.start(host);
	await half;
	await happens();
	const built = await done;
	t.is(built.code, 0, built.output);
	t.deepEqual(built.objects, plain.objects);
}

/** A build in which everything has to be compiled. */
async function changeAll(
	t: ExecutionContext,
	build: SharedBuild,
	host: Hosts['all'][number],
): Promise<void> {
	build.change();
	const plain = await build.plain(host);
	const counted = await host.during(async () => {
		t.deepEqual((await build.start(host).done).objects, plain.objects);
	});
	t.like(counted, {misses: sourceCount, fallbacks: 0});
}

function through(server: SharedServer, port: number): SharedServer['env'] {
	return Object.fromEntries(
		Object.entries(server.env).map(([variable, value]) => [
			variable,
			value.replace(`:${server.port}`, `:${port}`),
		]),
	);
}
