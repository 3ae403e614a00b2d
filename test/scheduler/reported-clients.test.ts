import test from 'ava';
import type {ClientReport} from '../../src/protocol/dist/client-report.js';
import {foldHistory, otherPackages} from '../../src/scheduler/fold-history.js';
import {ReportedClients} from '../../src/scheduler/reported-clients.js';

const sums = {compiles: 10, hits: 4, remote: 3, savedMs: 900};
const report: ClientReport = {
	...{host: 'desk', instance: 'one', slots: 8, running: 2, waiting: 1},
	...{minutes: [sums], hours: [], days: []},
};

test('of a client that tells of too many hours or days the latest are kept', t => {
	const clients = new ReportedClients(() => 0);
	clients.report('192.0.2.7', {
		...report,
		hours: Array.from({length: 1200}, (_, hour) => ({...sums, hour})),
	});
	for (let part = 0; part < 3; part++) {
		clients.report('192.0.2.7', {
			...report,
			days: Array.from({length: 5000}, (_, n) => ({...sums, day: part, package: `a/p-${n}`})),
		});
	}
	const {hours, days} = clients.history();
	t.is(hours.length, 1000);
	t.is(Math.min(...hours.map(({hour}) => hour)), 200);
	t.is(days.length, 10_000);
	t.is(Math.min(...days.map(({day}) => day)), 1);
});

test('there are no more than five hundred clients: the one that was silent longest goes', t => {
	const clients = new ReportedClients(() => 0);
	for (let n = 0; n < 500; n++) clients.report('192.0.2.7', {...report, host: `h${n}`});
	clients.report('192.0.2.7', {...report, host: 'h0'});
	const {nextMs} = clients.report('192.0.2.7', {...report, host: 'new'});
	const hosts = new Set(clients.live().map(({host}) => host));
	t.is(hosts.size, 500);
	t.false(hosts.has('h1'));
	t.true(hosts.has('h0') && hosts.has('new'));
	t.is(nextMs, 25_000, 'together they send no more than twenty reports a second');
});

test('a history that is too long names the packages with the most compiles, and adds up the rest', t => {
	const days = Array.from({length: 50}, (_, day) =>
		Array.from({length: 200}, (_, n) => ({
			...{...sums, compiles: 200 - n, day, host: 'desk', package: `a/p-${n}`},
		})),
	).flat();
	const folded = foldHistory({hours: [], days}, 6000).days;
	t.is(folded.length, 50 * 101);
	const total = (rows: readonly {compiles: number}[]) =>
		rows.reduce((sum, {compiles}) => sum + compiles, 0);
	t.is(total(folded), total(days));
	t.true(folded.some(row => row.package === 'a/p-0'));
	t.false(folded.some(row => row.package === 'a/p-150'));
	t.is(foldHistory({hours: [], days}, 10).days.length, 50, 'one row a day and host at least');
	t.true(folded.some(row => row.package === otherPackages));
	t.is(foldHistory({hours: [], days}, 10_000).days, days);
});
