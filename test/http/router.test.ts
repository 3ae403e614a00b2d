import test from 'ava';
import type {Route} from '../../src/http/route.js';
import {router} from '../../src/http/router.js';

const route = (method: Route['method'], path: string): Route => ({
	method,
	path,
	handle: () => ({status: 200}),
});
const status = route('GET', '/api/status');
const job = route('POST', '/api/job/*');
const endJob = route('DELETE', '/api/job/*');
const find = router([status, job, endJob]);

test('a path finds its route', t => {
	t.deepEqual(find('GET', '/api/status'), {kind: 'route', route: status, parameter: ''});
	t.deepEqual(find('DELETE', '/api/job/7'), {kind: 'route', route: endJob, parameter: '7'});
});

test('a parameter is decoded', t => {
	const found = find('POST', '/api/job/%5B::1%5D:10501');
	t.is(found.kind === 'route' ? found.parameter : undefined, '[::1]:10501');
});

test('any other path is unknown', t => {
	for (const path of [
		'',
		'/',
		'/api',
		'/api/status/',
		'/api/status/1',
		'/api/job',
		'/api/job/',
		'/api/job/1/2',
		'/api/job/%zz',
		'/api/constructor',
		'*',
	]) {
		t.deepEqual(find('POST', path), {kind: 'unknownPath'}, path);
	}
});

test('another method is told which ones there are', t => {
	t.deepEqual(find('GET', '/api/job/7'), {kind: 'otherMethod', allowed: ['POST', 'DELETE']});
});

test('two routes for one thing are a mistake', t => {
	t.throws(() => router([status, route('GET', '/api/status')]), {message: /two routes/});
});
