import {mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {loopback} from '../helpers/private-farm.js';
import {
	type Distributing,
	nothingHere,
	startDistributing,
	unableToDistribute,
	untilDistributing,
} from './distributing.js';
import {Farm, settle} from './farm.js';

/** Two clients with a cache each, and what the farm's servers keep of the jobs of one for the other. */

const unable = unableToDistribute();
const check = unable === undefined ? test.serial : test.skip;
const because = unable === undefined ? '' : ` (${unable})`;

let distributing: Distributing;
let other: Farm;
let folder: string;

test.before(async () => {
	if (unable !== undefined) return;
	distributing = await startDistributing({servers: [loopback, loopback]});
	const {farm, servers} = distributing;
	other = await Farm.start({SCCACHE_CONF: servers.clientFile('other', nothingHere)});
	folder = join(farm.root, 'project');
	mkdirSync(folder);
	for (const client of [farm, other]) await untilDistributing(client, 'gcc');
});
test.after.always(async () => {
	await other?.close();
	await distributing?.close();
});

const fileCount = 12;

function writeProject(value: number): void {
	const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
	write('value.h', `#include <stdio.h>\n#define VALUE ${value}\n`);
	for (let index = 0; index < fileCount; index++) {
		write(
			`f${index}.c`,
			`#include "value.h"\nint f${index}(int x) { return x + VALUE + ${index}; }\n`,
		);
	}
	settle();
}

/** The objects, and which jobs servers answered without a compiler. */
function build(
	client: Farm,
	args: readonly string[] = [],
	env: Readonly<Record<string, string>> = {},
) {
	const {servers} = distributing;
	const saidBefore = [0, 1].map(index => servers.said(`server-${index}`).length);
	const objects = Array.from({length: fileCount}, (_, index) => {
		const object = join(folder, `f${index}.o`);
		rmSync(object, {force: true});
		const {code, stderr} = client.run(
			'gcc',
			['-O2', '-g', ...args, '-c', `f${index}.c`, '-o', `f${index}.o`],
			{cwd: folder, env: {SCCACHE_RECACHE: undefined, ...env}},
		);
		if (code !== 0) throw new Error(stderr);
		return readFileSync(object);
	});
	const news = [0, 1].map(index => servers.said(`server-${index}`).slice(saidBefore[index]));
	const count = (text: string, source: string) =>
		text.split('\n').filter(line => /a job is done/.test(line) && line.includes(source)).length;
	return {
		objects,
		stored: news.map(text => count(text, 'stored')).reduce((sum, each) => sum + each),
		run: news.map(text => count(text, 'run')).reduce((sum, each) => sum + each),
	};
}

check(`a project that one client has compiled is not compiled for another${because}`, t => {
	const {farm} = distributing;
	writeProject(1);
	const first = build(farm);
	t.is(first.run, fileCount);
	// Other times, the same files.
	for (const name of ['value.h', 'f1.c']) utimesSync(join(folder, name), 1e9, 1e9);
	const second = build(other);
	t.deepEqual(second.objects, first.objects);
	t.like(second, {stored: fileCount, run: 0}, 'by whichever server has them');
	t.like(build(other), {stored: 0, run: 0}, 'its own cache has them now');
});

check(`what differs is compiled${because}`, t => {
	const {farm} = distributing;
	writeProject(2);
	const first = build(farm);
	t.is(first.run, fileCount, 'another header');
	t.is(build(other, ['-DNDEBUG']).run, fileCount);
	t.is(build(other, [], {CPATH: '/usr/local/include'}).run, fileCount);
	t.is(build(other, [], {SCCACHE_RECACHE: '1'}).run, fileCount, 'as is asked for');
	const again = build(other, [], {SCCACHE_NO_CACHE: '1'});
	t.is(again.run, fileCount);
	t.deepEqual(again.objects, first.objects);
});

check(`servers and scheduler may be started again between${because}`, async t => {
	const {farm, servers} = distributing;
	writeProject(3);
	const first = build(farm);
	for (const name of ['scheduler', 'server-0', 'server-1']) await servers.end(name);
	servers.startScheduler();
	for (const index of [0, 1]) servers.startServer(index);
	await servers.untilServers(2);
	await untilDistributing(other, 'gcc');
	const second = build(other);
	t.deepEqual(second.objects, first.objects);
	t.like(second, {stored: fileCount, run: 0});
});
