import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync} from 'node:fs';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {type LiveHistory, type LiveView, liveHistory, liveView} from '../../src/protocol/live.js';
import {startDistributing, unableToDistribute, untilDistributing} from './distributing.js';
import {settle} from './farm.js';

/** What the dashboard of a farm that runs is told. */

const unable = unableToDistribute();
const check = unable === undefined ? test.serial : test.serial.skip;
const because = unable === undefined ? '' : ` (${unable})`;

/** Some seconds of work for a compiler. */
const long = Array.from(
	{length: 700},
	(_, n) =>
		`int f${n}(int *a, int n) {int s = 0; for (int j = 0; j < n; j++) {s += a[j] * ${n}; if (s > ${n}000) s ^= a[n - j];} return s;}\n`,
).join('');

check(
	`the scheduler shows a compile on a server, whose it is, and what its client tells of itself${because}`,
	async t => {
		const {farm, servers, close} = await startDistributing();
		t.teardown(close);
		await untilDistributing(farm, 'gcc');
		const ask = async (name: string): Promise<unknown> => {
			const headers = {authorization: `Bearer ${servers.clientToken}`};
			const answer = await fetch(`${servers.schedulerUrl}/dashboard/${name}`, {headers});
			return answer.json();
		};
		const until = async (isSo: (view: LiveView) => boolean): Promise<LiveView> => {
			let view: LiveView | undefined;
			for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
				view = liveView.parse(await ask('view'));
				if (isSo(view)) return view;
			}
			t.log(view);
			throw new Error('it never came to that');
		};

		const build = join(farm.work, 'portage', 'dev-libs', 'foo-1.2-r3');
		mkdirSync(build, {recursive: true});
		const source = farm.write('portage/dev-libs/foo-1.2-r3/long.c', long);
		settle();
		const child = spawn('gcc', ['-O2', '-c', source, '-o', `${source}.o`], {
			cwd: build,
			env: farm.environment({PORTAGE_BUILDDIR: build}),
			stdio: 'ignore',
		});
		const ended = once(child, 'exit');
		const busy = await until(({jobs}) => jobs.some(({state}) => state === 'runs'));
		t.like(
			busy.jobs.find(({state}) => state === 'runs'),
			{
				...{client: hostname(), package: 'dev-libs/foo-1.2-r3', unit: 'long.c'},
				server: servers.serverAddress(0),
			},
		);
		t.deepEqual(await ended, [0, null]);
		const calm = await until(
			({jobs, clients}) =>
				jobs.length === 0 && clients.some(({minutes}) => minutes.some(({remote}) => remote > 0)),
		);
		t.is(calm.clients[0]?.host, hostname());
		t.true((calm.servers[0]?.done ?? 0) > 1);
		t.is(calm.servers[0]?.toolchains.length, 1);
		let history: LiveHistory = {hours: [], days: []};
		for (const end = Date.now() + 60_000; Date.now() < end; await sleep(500)) {
			history = liveHistory.parse(await ask('history'));
			if (history.days.some(row => row.package === 'dev-libs/foo-1.2-r3')) break;
		}
		t.like(
			history.days.find(row => row.package === 'dev-libs/foo-1.2-r3'),
			{host: hostname(), compiles: 1, remote: 1},
		);
		t.true(history.hours.length > 0);
	},
);
