import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {objectOfJob, type Unit} from './expected.js';
import {readFound} from './found.js';
import {type OwnFarm, startOwnFarm, unable} from './own-farm.js';
import {UpstreamClient} from './upstream-client.js';

/** Mozilla's client, our scheduler, our server. */

const {clients, missing} = readFound();
for (const {what, reason} of missing) test.skip(`${what} (${reason})`, () => {});

const units: readonly Unit[] = [
	{program: 'gcc', source: 'hello.c', options: ['-O2', '-g', '-DWORD="hello"']},
	{program: 'gcc', source: 'src/shape.c', options: ['-Iinclude', '-Wall']},
	{program: 'g++', source: 'mid.cpp', options: ['-std=c++17', '-O1', '-g']},
];

function writeSources(client: UpstreamClient): void {
	client.write(
		'hello.c',
		'#include <stdio.h>\nextern int sides(void);\nint main(void) { return printf("%s %d\\n", WORD, sides()) < 0; }\n',
	);
	client.write('include/shape.h', '#define SIDES 3\nint sides(void);\n');
	client.write('src/shape.c', '#include "shape.h"\nint sides(void) { return SIDES; }\n');
	client.write(
		'mid.cpp',
		'#include <map>\n#include <string>\nint count(const std::map<std::string, int> &all)\n{\n\tint sum = 0;\n\tfor (const auto &[name, n] : all)\n\t\tsum += n;\n\treturn sum;\n}\n',
	);
	client.write('broken.c', 'int x = ;\n');
}

const objectOf = ({source}: Unit): string => `${source.replaceAll('/', '-')}.o`;

/** Through Mozilla's client, with its dependency file. */
function compile(client: UpstreamClient, unit: Unit, more: readonly string[] = []) {
	const {program, source, options} = unit;
	const object = objectOf(unit);
	const depfile = ['-MD', '-MF', `${object}.d`];
	return client.run([program, '-c', source, '-o', object, ...depfile, ...options, ...more]);
}

async function checkUnit(t: ExecutionContext, client: UpstreamClient, unit: Unit): Promise<void> {
	const {code, stderr} = await compile(client, unit);
	t.is(code, 0, stderr);
	t.deepEqual(client.read(objectOf(unit)), await objectOfJob(client, unit), unit.source);
	const object = objectOf(unit);
	const depfile = client.read(`${object}.d`);
	const {program, source, options} = unit;
	await client.plain(program, [
		...['-c', source, '-o', object, '-MD', '-MF', 'plain.d'],
		...options,
	]);
	t.deepEqual(depfile, client.read('plain.d'));
}

/** A source that no cache has seen. */
let turn = 0;
function freshUnit(client: UpstreamClient): Unit {
	const source = `fresh-${++turn}.c`;
	client.write(source, `#include <stdlib.h>\nint turn${turn}(void) { return abs(${turn}); }\n`);
	return {program: 'gcc', source, options: ['-O1']};
}

async function distributed(client: UpstreamClient): Promise<{done: number; errors: number}> {
	const {distCompiles, distErrors} = await client.counted();
	const done = Object.values(distCompiles).reduce((sum, count) => sum + count, 0);
	return {done, errors: distErrors};
}

/** That this is done away, without an error. */
async function checkAway(t: ExecutionContext, client: UpstreamClient, unit: Unit): Promise<void> {
	const before = await distributed(client);
	await checkUnit(t, client, unit);
	const after = await distributed(client);
	t.deepEqual(after, {done: before.done + 1, errors: before.errors}, client.said().slice(-4000));
}

const why = unable();
for (const {version, program} of clients) {
	const titled = (title: string) => `${version}: ${title}`;
	if (why !== undefined) {
		test.skip(`${version} (${why})`, () => {});
		continue;
	}
	let own: OwnFarm;
	let client: UpstreamClient;

	test.serial.before(async () => {
		own = await startOwnFarm();
		client = await UpstreamClient.make(program);
		writeSources(client);
		await client.start(own.farm.clientFile('client'));
	});
	test.serial.after.always(async () => {
		await client?.stop();
		await own?.close();
	});

	test.serial(titled('--dist-status shows our farm'), async t => {
		const {code, stdout} = await client.run(['--dist-status']);
		t.is(code, 0);
		const [url, status] = JSON.parse(stdout).SchedulerStatus;
		t.is(url, `${own.farm.schedulerUrl}/`);
		t.deepEqual(status, own.farm.status());
	});

	test.serial(
		titled('objects and dependency files are right, and each toolchain is sent once'),
		async t => {
			t.deepEqual(own.archives(), []);
			for (const unit of units) await checkAway(t, client, unit);
			// gcc's and g++'s.
			t.is(own.archives().length, 2);
			t.deepEqual(Object.keys((await client.counted()).distCompiles), [own.farm.serverAddress(0)]);
			const objects = units.map(objectOf);
			for (const unit of units) await compile(client, unit);
			const linked = await client.plain('g++', [...objects, '-o', 'hello']);
			t.is(linked.code, 0, linked.stderr);
			t.is((await client.plain('./hello', [])).stdout, 'hello 3\n');
		},
	);

	test.serial(titled('a compile that fails ends as the compiler does'), async t => {
		const before = await client.counted();
		const {code, stderr} = await client.run(['gcc', '-c', 'broken.c', '-o', 'broken.o']);
		t.is(code, 1);
		t.regex(stderr, /broken\.c:1:9: error: expected expression/);
		const after = await client.counted();
		t.is(after.compileFails, before.compileFails + 1);
		t.is(after.distErrors, before.distErrors);
	});

	test.serial(
		titled('a server that is away is done without, and used when it is back'),
		async t => {
			const archives = own.archives();
			await own.farm.end('server-0');
			const before = await distributed(client);
			await checkUnit(t, client, freshUnit(client));
			t.deepEqual(await distributed(client), {done: before.done, errors: before.errors + 1});
			own.farm.startServer(0);
			await own.farm.untilServers(1);
			await checkAway(t, client, freshUnit(client));
			t.deepEqual(own.archives(), archives);
		},
	);

	test.serial(titled('a server that is killed comes back with another certificate'), async t => {
		await own.farm.end('server-0', 'SIGKILL');
		const before = own.farm.said('scheduler').split('a server is there').length;
		own.farm.startServer(0);
		for (let tries = 0; tries < 100; tries++) {
			if (own.farm.said('scheduler').split('a server is there').length > before) break;
			await sleep(100);
		}
		await checkAway(t, client, freshUnit(client));
	});

	test.serial(titled('a scheduler that starts again is used as before'), async t => {
		await own.farm.end('scheduler');
		own.farm.startScheduler();
		await own.farm.untilServers(1);
		await checkAway(t, client, freshUnit(client));
	});

	test.serial(titled('jobs side by side'), async t => {
		const before = await distributed(client);
		const some = Array.from({length: 12}, () => freshUnit(client));
		const codes = await Promise.all(some.map(async unit => (await compile(client, unit)).code));
		t.deepEqual(new Set(codes), new Set([0]));
		for (const unit of some) {
			t.deepEqual(client.read(objectOf(unit)), await objectOfJob(client, unit));
		}
		const after = await distributed(client);
		t.deepEqual(after, {done: before.done + 12, errors: before.errors}, client.said().slice(-4000));
	});

	test.serial(
		titled('a toolchain that many send at once is kept once, and all their jobs are run'),
		async t => {
			const cold = await startOwnFarm();
			const herd = await UpstreamClient.make(program);
			try {
				await herd.start(cold.farm.clientFile('client'));
				const some = Array.from({length: 8}, () => freshUnit(herd));
				const codes = await Promise.all(some.map(async unit => (await compile(herd, unit)).code));
				t.deepEqual(new Set(codes), new Set([0]));
				t.is(cold.archives().length, 1);
				t.deepEqual(
					await distributed(herd),
					{done: 8, errors: 0},
					herd
						.said()
						.split('\n')
						.filter(line => line.includes('WARN'))
						.join('\n'),
				);
				t.is(cold.farm.status().in_progress, 0);
			} finally {
				await herd.stop();
				await cold.close();
			}
		},
	);

	test.serial(
		titled('a token that is not ours ends its build, as with a server of theirs'),
		async t => {
			const stranger = await UpstreamClient.make(program);
			try {
				await stranger.start(own.farm.clientFile('stranger', '', 'not-the-token'));
				const {code, stderr} = await compile(stranger, freshUnit(stranger));
				t.is(code, 1);
				t.regex(stderr, /401/);
			} finally {
				await stranger.stop();
			}
		},
	);
}
