import test from 'ava';
import {OwnClient} from './own-client.js';
import {runBeside, unableBeside} from './run-beside.js';
import {StrictV1Farm} from './strict-v1-farm.js';

/** Our client, and a scheduler and a server that know v1 alone. */

const token = 'of-the-farm';
const why = unableBeside();
const check = why === undefined ? test.serial : test.skip;
const titled = (title: string) => (why === undefined ? title : `${title} (${why})`);

let farm: StrictV1Farm;
let client: OwnClient;

if (why === undefined) {
	test.serial.before(async () => {
		farm = await StrictV1Farm.start({token, perform: runBeside});
		client = await OwnClient.start(farm.schedulerUrl, token);
		await client.warmUp(farm.serverAddress);
	});
	test.serial.after.always(async () => {
		await client?.stop();
		await farm?.close();
	});
}

check(
	titled('a compile is done on a server of v1, its object and dependency file are those of here'),
	async t => {
		const before = await client.distributed(farm.serverAddress);
		const source = client.freshSource();
		const {code, stderr} = await client.compile(source);
		t.is(code, 0, stderr);
		t.is(await client.distributed(farm.serverAddress), before + 1);
		const made = client.made(source);
		await client.plain(source);
		t.deepEqual(made, client.made(source));
		t.is(farm.uploads.length, 1);
		t.deepEqual(farm.violations, []);
	},
);

check(titled('many at once'), async t => {
	const before = await client.distributed(farm.serverAddress);
	const sources = Array.from({length: 12}, () => client.freshSource());
	const codes = await Promise.all(sources.map(async source => (await client.compile(source)).code));
	t.deepEqual(new Set(codes), new Set([0]));
	t.is(await client.distributed(farm.serverAddress), before + 12);
	t.is(farm.uploads.length, 1);
	t.deepEqual(farm.violations, []);
});

check(titled('a compile that fails there fails here, in the words of here'), async t => {
	const source = client.freshSource('int x = ;\n');
	const {code, stderr} = await client.compile(source);
	t.is(code, 1);
	t.is(stderr, (await client.plain(source)).stderr);
	t.deepEqual(farm.violations, []);
});

check(titled('a server that fails is done without'), async t => {
	farm.failure = 500;
	try {
		const source = client.freshSource();
		const {code, stderr} = await client.compile(source);
		t.is(code, 0, stderr);
		t.true((client.made(source)[0]?.length ?? 0) > 0);
	} finally {
		farm.failure = undefined;
	}
	t.deepEqual(farm.violations, []);
});

check(titled('--dist-status shows the figures of v1'), async t => {
	const {stdout} = await client.sccache('--dist-status');
	t.deepEqual(JSON.parse(stdout), {
		SchedulerStatus: [`${farm.schedulerUrl}/`, {num_servers: 1, num_cpus: 4, in_progress: 0}],
	});
	t.deepEqual(farm.violations, []);
});

check(titled('a token that the scheduler does not take costs nothing but its help'), async t => {
	const stranger = await OwnClient.start(farm.schedulerUrl, 'another');
	try {
		const {code, stderr} = await stranger.compile(stranger.freshSource());
		t.is(code, 0, stderr);
	} finally {
		await stranger.stop();
	}
});
