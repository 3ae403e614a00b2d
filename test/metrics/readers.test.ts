import {networkInterfaces} from 'node:os';
import test from 'ava';
import {Connections} from '../../src/http/client.js';
import {listen} from '../../src/http/listen.js';
import {Secret} from '../../src/lib/secret.js';
import {createMetrics} from '../../src/metrics/create-metrics.js';
import {readersWith} from '../../src/metrics/readers.js';
import {metricsRoute} from '../../src/metrics/route.js';

interface Asked {
	readonly token?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly host?: string;
}

async function serving(t: {teardown(act: () => Promise<void>): void}, token?: string) {
	const metrics = createMetrics({component: 'scheduler', version: '1.2.3'});
	const refuse = readersWith(token === undefined ? undefined : new Secret(token));
	const server = await listen({
		host: '0.0.0.0',
		port: 0,
		routes: [metricsRoute(metrics, refuse)],
		onError: error => t.teardown(() => Promise.reject(error)),
	});
	const connections = new Connections();
	t.teardown(async () => {
		connections.close();
		await server.close(0);
	});
	return async ({host = '127.0.0.1', ...rest}: Asked = {}) => {
		const {status, headers, body} = await connections.send({
			...{method: 'GET', url: `http://${host}:${server.endpoint.port}/metrics`, timeoutMs: 5000},
			...rest,
		});
		return {status, type: headers['content-type'], text: body.toString()};
	};
}

test('without a token, programs of this host read the metrics', async t => {
	const ask = await serving(t);
	const {status, type, text} = await ask();
	t.is(status, 200);
	t.is(type, 'text/plain; version=0.0.4; charset=utf-8');
	t.regex(text, /^sccache_build_info\{component="scheduler",version="1\.2\.3"\} 1$/m);
	t.regex(text, /^process_resident_memory_bytes [1-9]/m);
});

const address = Object.values(networkInterfaces())
	.flat()
	.find(each => each?.family === 'IPv4' && !each.internal)?.address;
(address === undefined ? test.skip : test)(
	`and by an address of this host that others use too${address === undefined ? ' (no network here)' : ''}`,
	async t => {
		const ask = await serving(t);
		t.is((await ask({host: address ?? ''})).status, 200);
	},
);

for (const name of ['x-real-ip', 'x-forwarded-for', 'forwarded', 'via']) {
	test(`without a token, nobody reads them through a proxy that sends ${name}`, async t => {
		const ask = await serving(t);
		const {status, text} = await ask({headers: {[name]: '192.0.2.9'}});
		t.is(status, 403);
		t.notRegex(text, /sccache_build_info/);
	});
}

test('with a token, whoever has it, wherever the request comes from, and nobody else', async t => {
	const ask = await serving(t, 'the-metrics-token');
	t.is((await ask({token: 'the-metrics-token'})).status, 200);
	t.is((await ask({token: 'the-metrics-token', headers: {via: 'a proxy'}})).status, 200);
	for (const asked of [{}, {token: 'the-metrics-toker'}]) {
		const {status, text} = await ask(asked);
		t.is(status, 401);
		t.notRegex(text, /the-metrics|sccache_build_info/);
	}
});
