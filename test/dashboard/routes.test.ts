import test, {type ExecutionContext} from 'ava';
import type {ClientVerdict} from '../../src/auth/client-check.js';
import {createDashboard} from '../../src/dashboard/create-dashboard.js';
import {type Gate, openGate} from '../../src/dashboard/gate.js';
import {hostGate} from '../../src/dashboard/host-gate.js';
import {tokenGate} from '../../src/dashboard/token-gate.js';
import type {LiveHistory, LiveView} from '../../src/protocol/live.js';
import {liveHistory, liveView} from '../../src/protocol/live.js';
import {rawConnection, received, serveRoutes} from '../http/served.js';

const token = 'the right one';
const view: LiveView = {
	...{teller: 'scheduler', version: '0', atMs: 1000, startedMs: 0, scheduler: 'reached'},
	...{queued: 0, servers: [], clients: [], jobs: [], jobsInAll: 0},
};
const form = {'content-type': 'application/x-www-form-urlencoded'};

interface Options {
	readonly gate?: Gate;
	readonly view?: () => LiveView;
	readonly history?: () => LiveHistory;
}

async function serve(t: ExecutionContext, options: Options = {}) {
	const clock = {nowMs: 1_000_000};
	const errors: unknown[] = [];
	const dashboard = createDashboard({
		source: {
			view: options.view ?? (() => view),
			history: options.history ?? (() => ({hours: [], days: []})),
		},
		gate: options.gate ?? gateAt(clock),
		now: () => clock.nowMs,
		onError: error => errors.push(error),
	});
	t.teardown(() => dashboard.close());
	return {...(await serveRoutes(t, dashboard.routes)), clock, dashboard, failures: errors};
}

function gateAt(
	clock: {readonly nowMs: number},
	check: (text: string) => ClientVerdict = text =>
		text === token ? {ok: true} : {ok: false, reason: 'invalid', message: ''},
	key = Buffer.alloc(32, 1),
): Gate {
	return tokenGate({
		check: async text => check(text),
		...{sessionKey: key, sessionMs: 3_600_000, now: () => clock.nowMs},
		originOf: ({headers, peerAddress}) => String(headers['x-real-ip'] ?? peerAddress),
	});
}

test('without a token nothing but the form and the files of the page is there', async t => {
	const {send} = await serve(t);
	for (const name of ['view', 'history', 'events']) {
		const answer = await send({path: `/dashboard/${name}`});
		t.is(answer.status, 401);
		t.is(answer.headers['www-authenticate'], 'Bearer');
	}
	const page = await send({path: '/dashboard/'});
	t.is(page.status, 200);
	t.regex(page.body.toString(), /<form method="post" action="sign-in">/);
	t.is((await send({path: '/dashboard/page.css'})).status, 200);
	for (const path of ['index.html', 'nothing.js', '..%2Fchanges.js', 'tsconfig.json']) {
		t.is((await send({path: `/dashboard/${path}`})).status, 404, path);
	}
});

test('the root and the folder lead to the page, by ways that a proxy may put anywhere', async t => {
	const {send} = await serve(t);
	for (const path of ['/', '/dashboard']) {
		const {status, headers} = await send({path});
		t.is(status, 303);
		t.is(headers.location, 'dashboard/');
	}
});

test('every answer forbids what is inline and what is from elsewhere', async t => {
	const {send} = await serve(t, {gate: openGate});
	for (const path of [
		'/',
		'/dashboard/',
		'/dashboard/main.js',
		'/dashboard/view',
		'/dashboard/none',
	]) {
		const {headers} = await send({path});
		const policy = String(headers['content-security-policy']);
		t.regex(
			policy,
			/^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';/,
		);
		t.regex(policy, /base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/);
		t.is(headers['x-content-type-options'], 'nosniff');
		t.is(headers['referrer-policy'], 'no-referrer');
	}
	const html = (await send({path: '/dashboard/'})).body.toString();
	t.notRegex(html, /<style|style=|onclick|<script(?! type="module" src="main.js">)|https?:/);
});

test('the page and its parts are sent again only when they have changed', async t => {
	const {send} = await serve(t, {gate: openGate});
	const first = await send({path: '/dashboard/uplot.js'});
	t.is(first.headers['content-type'], 'text/javascript; charset=utf-8');
	const etag = String(first.headers.etag);
	const again = await send({path: '/dashboard/uplot.js', headers: {'if-none-match': etag}});
	t.is(again.status, 304);
	t.is(again.body.length, 0);
});

test('view and history are what the protocol says, for whoever shows the token as a bearer', async t => {
	const {send} = await serve(t);
	const answer = await send({path: '/dashboard/view', token});
	t.is(answer.headers['cache-control'], 'no-store');
	t.deepEqual(liveView.parse(JSON.parse(answer.body.toString())), view);
	const history = await send({path: '/dashboard/history', token});
	t.deepEqual(liveHistory.parse(JSON.parse(history.body.toString())), {hours: [], days: []});
});

test('history is gathered once for all who look within seconds, and again after that or after a failure', async t => {
	let asked = 0;
	const {send, clock} = await serve(t, {
		gate: openGate,
		history: () => {
			asked++;
			if (asked === 1) throw new Error('busy');
			return {hours: [], days: []};
		},
	});
	t.is((await send({path: '/dashboard/history'})).status, 500);
	t.is((await send({path: '/dashboard/history'})).status, 200);
	await send({path: '/dashboard/history'});
	t.is(asked, 2);
	clock.nowMs += 60_000;
	await send({path: '/dashboard/history'});
	t.is(asked, 3);
});

test('signing in gives a cookie that holds no token, and ends with its time or with its key', async t => {
	const {send, clock} = await serve(t);
	const body = Buffer.from(`token=${encodeURIComponent(` ${token} `)}`);
	const signedIn = await send({method: 'POST', path: '/dashboard/sign-in', body, headers: form});
	t.is(signedIn.status, 303);
	t.is(signedIn.headers.location, './');
	const [set = ''] = signedIn.headers['set-cookie'] ?? [];
	t.regex(set, /^sccache-dashboard=\d+\.[\w-]{43}; Max-Age=3600; HttpOnly; SameSite=Strict$/);
	const cookie = set.split(';')[0] ?? '';
	const look = (headers: Record<string, string>) => send({path: '/dashboard/view', headers});
	t.is((await look({cookie: `other=1; ${cookie}`})).status, 200);
	t.is(
		(await look({cookie: cookie.replace(/\d+/, digits => `${Number(digits) + 9}`)})).status,
		401,
	);
	t.is((await look({cookie: `${cookie}x`})).status, 401);
	const other = await serve(t, {gate: gateAt(clock, undefined, Buffer.alloc(32, 2))});
	t.is((await other.send({path: '/dashboard/view', headers: {cookie}})).status, 401);
	clock.nowMs += 3_600_000;
	t.is((await look({cookie})).status, 401);
	const https = {...form, 'x-forwarded-proto': 'https'};
	const secured = await send({method: 'POST', path: '/dashboard/sign-in', body, headers: https});
	t.regex(secured.headers['set-cookie']?.[0] ?? '', /; Secure$/);
	const out = await send({method: 'POST', path: '/dashboard/sign-out'});
	t.regex(out.headers['set-cookie']?.[0] ?? '', /^sccache-dashboard=; Max-Age=0;/);
});

test('wrong tokens are told so, and after ten no more are looked at from there for a minute', async t => {
	let checked = 0;
	const clock = {nowMs: 0};
	const gate = gateAt(clock, text => {
		checked++;
		return text === token ? {ok: true} : {ok: false, reason: 'invalid', message: ''};
	});
	const {send} = await serve(t, {gate});
	const attempt = (text: string, from: string) =>
		send({
			...{method: 'POST', path: '/dashboard/sign-in'},
			...{body: Buffer.from(`token=${encodeURIComponent(text)}`)},
			headers: {...form, 'x-real-ip': from},
		});
	for (let n = 0; n < 10; n++) {
		const {status, body} = await attempt('<script>', '192.0.2.1');
		t.is(status, 401);
		t.regex(body.toString(), /That is not the right token/);
		t.notRegex(body.toString(), /<script>/, 'what was typed does not come back');
	}
	const limited = await attempt(token, '192.0.2.1');
	t.is(limited.status, 429);
	t.is(limited.headers['retry-after'], '60');
	t.is(checked, 10);
	const bearer = {path: '/dashboard/view', token, headers: {'x-real-ip': '192.0.2.1'}};
	t.is((await send(bearer)).status, 429);
	t.is((await attempt(token, '192.0.2.2')).status, 303, 'others are not held up');
	clock.nowMs += 60_000;
	t.is((await send(bearer)).status, 200);
});

test('when whoever knows the tokens does not answer, that is what is said', async t => {
	const gate = gateAt({nowMs: 0}, () => ({ok: false, reason: 'unavailable', message: ''}));
	const {send} = await serve(t, {gate});
	t.is((await send({path: '/dashboard/view', token})).status, 503);
});

test('a form that is too long is not read', async t => {
	const {send} = await serve(t);
	const body = Buffer.alloc(100_000, 'a');
	const answer = await send({method: 'POST', path: '/dashboard/sign-in', body, headers: form});
	t.is(answer.status, 413);
});

test("a host's own page is for programs of the host that name it as itself", async t => {
	const {send, port} = await serve(t, {gate: hostGate});
	const look = (headers: Record<string, string>) => send({path: '/dashboard/view', headers});
	for (const host of [`127.0.0.1:${port}`, 'localhost', `[::1]:${port}`]) {
		t.is((await look({host})).status, 200, host);
	}
	for (const host of ['rebound.example', `127.0.0.1.example:${port}`, 'localhost.example']) {
		t.is((await look({host})).status, 403, host);
	}
	t.is((await look({'x-forwarded-for': '192.0.2.1'})).status, 403, 'a proxy lets others in');
	t.is((await send({path: '/dashboard/', headers: {host: 'rebound.example'}})).status, 403);
});

/** Events as they come, each with its name and data. */
async function listenTo(t: ExecutionContext, port: number, until: string) {
	const socket = await rawConnection(t, port);
	socket.write('GET /dashboard/events HTTP/1.1\r\nhost: localhost\r\n\r\n');
	const text = await received(socket, until);
	return {text, socket};
}

test('events begin with the whole view and go on with what has changed', async t => {
	let queued = 0;
	const {port} = await serve(t, {gate: openGate, view: () => ({...view, queued: queued++})});
	const {text} = await listenTo(t, port, '"queued":2');
	t.regex(text, /^HTTP\/1.1 200 OK\r\n/);
	t.regex(text, /content-type: text\/event-stream\r\n/i);
	t.regex(text, /retry: 2000\nevent: view\ndata: \{"teller":"scheduler".*"queued":0.*\}\n\n/);
	t.regex(text, /event: changes\ndata: \{"atMs":1000,"fields":\{"queued":2\}\}\n\n/);
	t.is(text.match(/event: view/g)?.length, 1);
});

test('however many watch, a view is made once for all, and none when nobody does', async t => {
	let made = 0;
	const {port} = await serve(t, {gate: openGate, view: () => ({...view, queued: made++})});
	const all = await Promise.all(
		Array.from({length: 20}, () => listenTo(t, port, 'event: changes')),
	);
	let events = 0;
	for (const {socket} of all) {
		socket.on('data', chunk => {
			events += chunk.toString('latin1').split('event: ').length - 1;
		});
	}
	const first = made;
	while (made < first + 4) await new Promise(resolve => setTimeout(resolve, 20));
	t.true(events >= 2 * 20, `${events} events of ${made - first} views`);
	for (const {socket} of all) socket.destroy();
	await new Promise(resolve => setTimeout(resolve, 700));
	const before = made;
	await new Promise(resolve => setTimeout(resolve, 700));
	t.is(made, before);
});

test('more than a hundred watchers are too many, and room is made by those that go', async t => {
	const {port, send} = await serve(t, {gate: openGate});
	const all = await Promise.all(Array.from({length: 100}, () => listenTo(t, port, 'event: view')));
	t.is((await send({path: '/dashboard/events'})).status, 503);
	for (const {socket} of all) socket.destroy();
	await new Promise(resolve => setTimeout(resolve, 200));
	t.regex((await listenTo(t, port, 'event: view')).text, /200 OK/);
});

test('one who takes nothing misses events and is not kept in memory; it gets the whole when it does', async t => {
	let made = 0;
	const long = 'x'.repeat(4 * 1024 * 1024);
	const {port} = await serve(t, {
		gate: openGate,
		view: () => ({...view, version: `${made++} ${long}`}),
	});
	const socket = await rawConnection(t, port);
	socket.write('GET /dashboard/events HTTP/1.1\r\nhost: localhost\r\n\r\n');
	socket.pause();
	const memory = () => process.memoryUsage().external + process.memoryUsage().arrayBuffers;
	while (made < 4) await new Promise(resolve => setTimeout(resolve, 50));
	const before = memory();
	while (made < 10) await new Promise(resolve => setTimeout(resolve, 50));
	t.true(memory() - before < 4 * long.length, 'frames do not gather');
	let views = 0;
	await new Promise<void>(resolve => {
		socket.on('data', chunk => {
			views += chunk.toString('latin1').split('event: view').length - 1;
			if (views >= 2) resolve();
		});
		socket.resume();
	});
	t.pass();
});

test('when the view fails, watchers are let go to come again, and it is said', async t => {
	const {port, failures} = await serve(t, {
		gate: openGate,
		view: () => {
			throw new Error('no view');
		},
	});
	const {text} = await listenTo(t, port, '0\r\n\r\n');
	t.notRegex(text, /event:/);
	t.regex(String(failures[0]), /no view/);
});

test('at the end streams end, and no new ones begin', async t => {
	const {port, dashboard, send} = await serve(t, {gate: openGate});
	const {socket} = await listenTo(t, port, 'event: view');
	const rest = received(socket, '0\r\n\r\n');
	dashboard.close();
	t.regex(await rest, /0\r\n\r\n$/);
	t.is((await send({path: '/dashboard/events'})).status, 503);
});
