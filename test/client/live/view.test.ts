import test from 'ava';
import type {LiveClient} from '../../../src/protocol/live.js';
import {ended, place} from './place.js';

/** What a real daemon tells of compiles that are under way. */

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

test('nothing is left of a compile that failed, nor of one whose shim was killed', async t => {
	const {compile, run, until, live} = await place(t);
	const child = compile('killed.c');
	const end = ended(child);
	await until(({jobs}) => jobs[0]?.state === 'runs');
	child.kill('SIGKILL');
	await end;
	const after = await until(({jobsInAll}) => jobsInAll === 0);
	t.deepEqual(after.jobs, []);
	t.is(after.clients[0]?.running, 0);
	t.not(await run('broken.c', 'int broken('), 0);
	t.is((await until(({jobsInAll}) => jobsInAll === 0)).clients[0]?.minutes.at(-1)?.compiles, 0);
	t.is(await run('fine.c', 'int fine;'), 0);
	t.is(await run('fine.c', 'int fine;'), 0);
	const counted = await until(({clients}) => total(clients[0]) === 2);
	t.is(hits(counted.clients[0]), 1);
	t.is((await live()).jobsInAll, 0);
});

test('the compiles of all threads are in one view', async t => {
	const {compile, until} = await place(t, {SCCACHE_WORKERS: '3'});
	const children = Array.from({length: 6}, (_, at) => compile(`unit${at}.c`));
	const all = children.map(ended);
	const view = await until(({jobs}) => jobs.filter(({state}) => state === 'runs').length === 6);
	t.is(new Set(view.jobs.map(({id}) => id)).size, 6);
	t.is(view.clients[0]?.running, 6);
	t.deepEqual(
		view.jobs.map(({unit}) => unit).toSorted(),
		children.map((_, at) => `unit${at}.c`),
	);
	t.deepEqual(await Promise.all(all), [0, 0, 0, 0, 0, 0]);
	const counted = await until(({clients}) => total(clients[0]) === 6);
	t.is(counted.jobsInAll, 0);
});

const total = (client: LiveClient | undefined): number =>
	(client?.minutes ?? []).reduce((sum, {compiles}) => sum + compiles, 0);
const hits = (client: LiveClient | undefined): number =>
	(client?.minutes ?? []).reduce((sum, minute) => sum + minute.hits, 0);
