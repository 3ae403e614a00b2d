import {type ChildProcess, spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {askDaemon} from '../../../src/commands/sccache/control-client.js';
import type {LiveView} from '../../../src/protocol/live.js';
import {type PrivateDaemon, startDaemon} from '../../helpers/private-daemon.js';

/** What a real daemon tells of compiles that are under way. */

const shim = resolve(import.meta.dirname, '../../../bin/sccache');

interface Place {
	readonly folder: string;
	readonly daemon: PrivateDaemon;
	/** Some seconds long. */
	compile(unit: string): ChildProcess;
	live(): Promise<LiveView>;
	/** The view, as soon as it is so. */
	until(isSo: (view: LiveView) => boolean): Promise<LiveView>;
}

async function place(t: ExecutionContext, extra: NodeJS.ProcessEnv = {}): Promise<Place> {
	const folder = mkdtempSync(join(tmpdir(), 'live-test-'));
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	const daemon = await startDaemon(folder, extra);
	t.teardown(() => daemon.stop());
	const build = join(folder, 'portage', 'dev-libs', 'foo-1.2-r3');
	mkdirSync(build, {recursive: true});
	const live = async () => {
		const answer = await askDaemon(
			{socketPath: join(folder, 'daemon.sock'), port: undefined},
			'live',
		);
		if (answer === undefined) throw new Error('no daemon');
		return answer.live;
	};
	return {
		folder,
		daemon,
		live,
		compile(unit) {
			const source = join(build, unit);
			writeFileSync(source, longSource());
			return spawn(shim, ['gcc', '-O2', '-c', source, '-o', `${source}.o`], {
				env: {...daemon.env, PORTAGE_BUILDDIR: build},
				stdio: 'ignore',
			});
		},
		async until(isSo) {
			for (let tries = 0; tries < 500; tries++) {
				const view = await live();
				if (isSo(view)) return view;
				await sleep(20);
			}
			t.log(await live());
			throw new Error('it never came to that');
		},
	};
}

const longSource = (): string =>
	Array.from(
		{length: 600},
		(_, at) =>
			`int f${at}(int *a, int n) {int s = ${process.hrtime.bigint() % 1000n}; for (int j = 0; j < n; j++) {s += a[j] * ${at}; if (s > ${at}000) s ^= a[n - j];} return s;}\n`,
	).join('');

const ended = (child: ChildProcess) =>
	new Promise<number | null>(resolve => child.once('exit', code => resolve(code)));

test('a compile is told of while it runs, with its package and source, and no more once it has ended', async t => {
	const {compile, until} = await place(t);
	const child = compile('main.c');
	const end = ended(child);
	const view = await until(({jobs}) => jobs[0]?.state === 'runs');
	t.is(view.jobsInAll, 1);
	t.like(view.jobs[0], {package: 'dev-libs/foo-1.2-r3', unit: 'main.c', server: ''});
	t.like(view.clients[0], {running: 1, waiting: 0});
	t.is(view.scheduler, 'none');
	t.is(view.clients[0]?.minutes.length, 30);
	t.is(await end, 0);
	const after = await until(({jobsInAll}) => jobsInAll === 0);
	t.deepEqual(after.jobs, []);
	const counted = await until(({clients}) => clients[0]?.minutes.at(-1)?.compiles === 1);
	t.is(counted.clients[0]?.minutes.at(-1)?.hits, 0);
});
