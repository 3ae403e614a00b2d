import {readdirSync, readFileSync} from 'node:fs';
import test from 'ava';
import {extensionHeaders} from '../../src/protocol/dist/extensions.js';
import {until} from '../helpers/until.js';
import type {PackedToolchain} from './gcc-toolchain.js';
import {OwnClient} from './own-client.js';
import {type RunningServer, startServer, unable} from './running-server.js';
import {oddCompiler, smallToolchain} from './small-toolchain.js';
import {
	assign,
	assignRequest,
	provide,
	readRun,
	run,
	runBody,
	runRequest,
	send,
} from './v1-client.js';

/** How jobs end that do not by themselves, and how the server does. */

const why = unable();
const check = why === undefined ? test.serial : test.skip;
const titled = (title: string) => (why === undefined ? title : `${title} (${why})`);
let odd: PackedToolchain;
if (why === undefined) {
	test.before('a compiler that behaves oddly', async () => {
		odd = await smallToolchain(oddCompiler);
	});
}

/** Processes of jobs that were started with this word. */
function running(word: string): number {
	return readdirSync('/proc')
		.filter(name => /^\d+$/.test(name))
		.filter(pid => {
			try {
				const argv = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
				return argv[0] === '/usr/bin/gcc' && argv.includes(word);
			} catch {
				return false;
			}
		}).length;
}

let words = 0;
const newWord = (): string => `word-${process.pid}-${words++}`;

function sleeper(client: OwnClient, job: number, signal?: AbortSignal, headers = {}) {
	const word = newWord();
	const abort = signal === undefined ? {} : {signal};
	const answer = client.run(job, odd.id, {args: ['sleep', word], headers, ...abort});
	return {word, answer};
}

async function place(server: RunningServer, t: Parameters<typeof startServer>[0]) {
	await provide(server, odd);
	return new OwnClient(t, server);
}

check(titled('a client that goes away takes its job with it'), async t => {
	const server = await startServer(t);
	const client = await place(server, t);
	const leaving = new AbortController();
	const {word, answer} = sleeper(client, 1, leaving.signal);
	const gone = t.throwsAsync(answer, {code: 'REQUEST_CANCELLED'});
	await until(() => running(word) === 2);
	leaving.abort();
	await gone;
	await until(() => running(word) === 0);
	const last = (await server.scheduler.storyOf(1)).at(-1);
	t.is(last?.report.ok, undefined);
	t.is(last?.report.actualMs, undefined);
	t.is(readRun(await client.run(1, odd.id), 'identity').kind, 'JobNotFound');
});

check(titled('DELETE ends a job, and one that has not begun never does'), async t => {
	const server = await startServer(t, {extensions: 1});
	const client = await place(server, t);
	const {word, answer} = sleeper(client, 1);
	await until(() => running(word) === 2);
	t.is((await client.end(1, odd.id)).status, 204);
	const {status, body} = await answer;
	t.is(status, 500);
	t.regex(body.toString(), /its client asked for that/);
	t.is(running(word), 0);
	t.is((await client.end(2, odd.id)).status, 204);
	t.is(readRun(await client.run(2, odd.id), 'identity').kind, 'JobNotFound');
	t.is((await client.end(2, odd.id)).status, 404);
});

check(titled('the deadline of the client, and that of the server, end a job'), async t => {
	const server = await startServer(t, {limits: 'wall_seconds = 2'});
	const client = await place(server, t);
	const soon = sleeper(client, 1, undefined, {[extensionHeaders.deadlineMs]: '300'});
	t.is((await soon.answer).status, 500);
	t.is(running(soon.word), 0);
	const late = sleeper(client, 2);
	const {status, body} = await late.answer;
	t.is(status, 500);
	t.regex(body.toString(), /time/);
	t.is(running(late.word), 0);
});

check(titled('a compiler that a signal ends is no result'), async t => {
	const server = await startServer(t);
	const client = await place(server, t);
	const {status, body} = await client.run(1, odd.id, {args: ['crash']});
	t.is(status, 500);
	t.regex(body.toString(), /SIGSEGV/);
	await assign(server, 2, odd.id);
	const token = await server.scheduler.token(2);
	const v1 = await send(server, runRequest(2, token, runBody({args: ['crash']})));
	t.is(v1.status, 500);
	t.is((await server.scheduler.storyOf(2)).at(-1)?.report.ok, undefined);
});

check(titled('of the environment, a compile gets what it needs'), async t => {
	const server = await startServer(t);
	const client = await place(server, t);
	const answer = await client.run(1, odd.id, {
		args: ['environment'],
		env: [
			['LC_ALL', 'C.UTF-8'],
			['SOURCE_DATE_EPOCH', '1'],
			['PATH', '/of/the/client'],
			['GCC_COMPARE_DEBUG', '1'],
			['LD_PRELOAD', '/x.so'],
			['SECRET', 'x'],
		],
	});
	const result = readRun(answer, 'identity');
	if (result.kind !== 'Complete') return t.fail(result.kind);
	t.deepEqual(result.stdout.trim().split('\n').toSorted(), [
		'HOME=/tmp',
		'LC_ALL=C.UTF-8',
		'PATH=/usr/local/bin:/usr/bin:/bin',
		'PWD=/work',
		'SOURCE_DATE_EPOCH=1',
		'TMPDIR=/tmp',
	]);
});

check(
	titled('jobs beyond the slots wait their turn; beyond those who may wait, they are refused'),
	async t => {
		const server = await startServer(t, {extensions: 1, keys: 'max_jobs = 1'});
		const client = await place(server, t);
		t.is(server.scheduler.heartbeat.numCpus, 1);
		const first = sleeper(client, 1);
		await until(() => running(first.word) === 2);
		let refused = 0;
		const three = [2, 3, 4].map(async job => {
			const answer = await client.run(job, odd.id);
			if (answer.status === 200) return readRun(answer, 'identity').kind;
			refused++;
			return answer.body.toString();
		});
		await until(() => refused === 2);
		await client.end(1, odd.id);
		t.is((await first.answer).status, 500);
		const ends = await Promise.all(three);
		t.is(ends.filter(end => end === 'Complete').length, 1);
		t.is(ends.filter(end => /1 jobs run here and 1 wait/.test(end)).length, 2);
		t.is((await client.run(1000, odd.id)).status, 200);
	},
);

check(titled('where memory is short, no job begins'), async t => {
	const server = await startServer(t, {keys: 'memory_per_job = 100000000000000'});
	const refused = await send(server, assignRequest(1, await server.scheduler.token(1), odd.id));
	t.is(refused.status, 500);
	t.regex(refused.body.toString(), /memory/);
});

check(titled('at SIGTERM: no more jobs, those that run are finished, then it is gone'), async t => {
	const server = await startServer(t, {extensions: 1});
	const {scheduler} = server;
	const client = await place(server, t);
	const {word, answer} = sleeper(client, 1, undefined, {[extensionHeaders.deadlineMs]: '3000'});
	await until(() => running(word) === 2);
	const code = server.end('SIGTERM');
	await until(() => scheduler.statuses.at(-1)?.state === 'draining');
	const {status, body} = await client.run(2, odd.id);
	t.is(status, 500);
	t.regex(body.toString(), /about to end/);
	t.is(running(word), 2);
	t.is((await answer).status, 500, 'its deadline came');
	t.is(await code, 0);
	t.is(scheduler.statuses.at(-1)?.state, 'gone');
	t.deepEqual(scheduler.states.filter(({job}) => job === 1).at(-1)?.state, 'Complete');
	const left = readdirSync(`${server.folder}/build/builds`);
	t.deepEqual(
		left.filter(name => name.startsWith('room')),
		[],
	);
});

check(titled('a second SIGTERM ends it at once, and its jobs'), async t => {
	const server = await startServer(t);
	const client = await place(server, t);
	const {word, answer} = sleeper(client, 1);
	await until(() => running(word) === 2);
	server.child.kill('SIGTERM');
	await until(() => /the build server ends/.test(server.said()));
	t.is(await server.end('SIGTERM'), 0);
	t.is((await answer).status, 500);
	t.is(running(word), 0);
});

check(titled('killed, it leaves no process'), async t => {
	const server = await startServer(t);
	const client = await place(server, t);
	const {word, answer} = sleeper(client, 1);
	const broken = t.throwsAsync(answer);
	await until(() => running(word) === 2);
	await server.end('SIGKILL');
	await broken;
	await until(() => running(word) === 0);
});

check(titled('jobs of v1 beside each other'), async t => {
	const server = await startServer(t, {keys: 'max_jobs = 3'});
	await provide(server, odd);
	const jobs = Array.from({length: 3}, (_, n) => 10 + n);
	const kinds = await Promise.all(
		jobs.map(async job => {
			await assign(server, job, odd.id);
			return (await run(server, job)).kind;
		}),
	);
	t.deepEqual(kinds, ['Complete', 'Complete', 'Complete']);
});
