import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {SchedulerLink} from '../../../src/client/dist/scheduler-link.js';
import {Teller} from '../../../src/client/live/report.js';
import {noShare} from '../../../src/client/live/worker-live.js';
import {Connections} from '../../../src/http/client.js';
import {
	type ClientReport,
	clientReport,
	mostRows,
} from '../../../src/protocol/dist/client-report.js';
import {extensionHeaders} from '../../../src/protocol/dist/extensions.js';
import type {CompileHistory, HistorySpan} from '../../../src/stats/history.js';

/** Reports over real HTTP, to a scheduler that answers what a test wants. */

interface Answer {
	readonly status?: number;
	readonly known?: boolean;
	/** Not one of ours. */
	readonly isV1?: boolean;
}

const sums = {compiles: 2, hits: 1, remote: 0, savedMs: 5};

async function place(t: ExecutionContext) {
	const reports: ClientReport[] = [];
	const tokens: (string | undefined)[] = [];
	let answer: Answer = {};
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', chunk => chunks.push(chunk));
		request.on('end', () => {
			tokens.push(request.headers.authorization);
			reports.push(clientReport.parse(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
			if (!answer.isV1) response.setHeader(extensionHeaders.level, '1');
			response.statusCode = answer.status ?? 200;
			response.end(JSON.stringify({known: answer.known ?? true, nextMs: 2000}));
		});
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.teardown(() => server.close());
	const connections = new Connections();
	t.teardown(() => connections.close());
	const {port} = server.address() as AddressInfo;
	const link = new SchedulerLink({
		url: `http://127.0.0.1:${port}/`,
		token: 'of-the-client',
		connections,
		onError: error => t.fail(String(error)),
	});
	t.teardown(() => link.close());
	let history: CompileHistory = {hours: [], days: []};
	let ended = 0;
	const spans: HistorySpan[] = [];
	const teller = new Teller({
		...{host: 'client', instance: 'run', slots: 4, nowMs: () => Date.UTC(2026, 0, 20)},
		onError: error => t.fail(String(error)),
		send: report => link.report(report),
		shares: async () => [{...noShare, ended}],
		async history(span) {
			spans.push(span);
			return history;
		},
	});
	return {
		teller,
		reports,
		tokens,
		spans,
		answer(next: Answer) {
			answer = next;
		},
		/** So many compiles have ended, and it came to this. */
		compiled(count: number, all: CompileHistory) {
			ended += count;
			history = all;
		},
		server,
	};
}

const rowsOf = ({hours, days}: ClientReport) => ({hours, days});

test('a scheduler is asked whether it listens, told everything, and then what has changed', async t => {
	const {teller, reports, tokens, compiled} = await place(t);
	const hours = [
		{hour: 1, ...sums},
		{hour: 2, ...sums},
	];
	const days = [{day: 3, package: 'dev-libs/foo-1', ...sums}];
	compiled(4, {hours, days});
	t.is(await teller.tell(), 0);
	t.is(await teller.tell(), 2000);
	t.is(await teller.tell(), 2000);
	const grown = {hour: 2, ...sums, compiles: 3};
	compiled(1, {hours: [{hour: 1, ...sums}, grown], days});
	await teller.tell();
	t.deepEqual(reports.map(rowsOf), [
		{hours: [], days: []},
		{hours, days},
		{hours: [], days: []},
		{hours: [grown], days: []},
	]);
	t.like(reports[0], {host: 'client', instance: 'run', slots: 4});
	t.deepEqual([...new Set(tokens)], ['Bearer of-the-client']);
});

test('while nothing is compiled the history is not even looked at', async t => {
	const {teller, spans} = await place(t);
	for (let report = 0; report < 6; report++) await teller.tell();
	t.is(spans.length, 1);
});

test('a scheduler that was started again is told everything once more', async t => {
	const {teller, reports, compiled, answer} = await place(t);
	const all = {hours: [{hour: 1, ...sums}], days: []};
	compiled(2, all);
	await teller.tell();
	await teller.tell();
	answer({known: false});
	t.is(await teller.tell(), 2000);
	answer({known: true});
	await teller.tell();
	t.deepEqual(reports.map(rowsOf).slice(2), [{hours: [], days: []}, all]);
});

test('a long history comes in parts, the oldest first', async t => {
	const {teller, reports, compiled} = await place(t);
	const days = Array.from({length: mostRows + 7}, (_, day) => ({day, package: '', ...sums}));
	compiled(1, {hours: [], days});
	await teller.tell();
	t.is(await teller.tell(), 0);
	t.is(await teller.tell(), 2000);
	t.deepEqual(
		reports.map(report => report.days.length),
		[0, mostRows, 7],
	);
	t.deepEqual(reports[2]?.days, days.slice(mostRows));
});

test('what was not answered is told again', async t => {
	const {teller, reports, compiled, answer} = await place(t);
	compiled(1, {hours: [{hour: 1, ...sums}], days: []});
	await teller.tell();
	answer({status: 503});
	t.true((await teller.tell()) > 2000);
	answer({});
	await teller.tell();
	t.deepEqual(reports[2]?.hours, reports[1]?.hours);
	t.is(reports[2]?.hours.length, 1);
});

for (const [what, answer] of [
	['that has no such route', {status: 404}],
	['that does not take the token', {status: 403}],
	['of v1', {isV1: true}],
] as const) {
	test(`a scheduler ${what} is not asked again soon`, async t => {
		const {teller, answer: answerSo} = await place(t);
		answerSo(answer);
		t.true((await teller.tell()) >= 600_000);
	});
}

test('a scheduler that is not there costs a failed request from time to time, and is not lost for compiles', async t => {
	const {teller, server, reports, answer} = await place(t);
	await teller.tell();
	server.closeAllConnections();
	await new Promise(resolve => server.close(resolve));
	answer({});
	const againMs = await teller.tell();
	t.true(againMs > 2000 && againMs < 60_000);
	t.is(reports.length, 1);
});
