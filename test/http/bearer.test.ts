import test from 'ava';
import {bearerToken, readBearer} from '../../src/http/bearer.js';
import {AppError} from '../../src/lib/errors.js';

test('a token is what follows Bearer, blanks within included', t => {
	t.deepEqual(readBearer('Bearer abc.DEF_1-2'), {kind: 'token', token: 'abc.DEF_1-2'});
	t.deepEqual(readBearer('bearer 10.0.0.2:10501 word'), {
		kind: 'token',
		token: '10.0.0.2:10501 word',
	});
});

test('no header and a header without a token are told apart', t => {
	t.deepEqual(readBearer(undefined), {kind: 'missing'});
	for (const header of [
		'',
		'Bearer',
		'Bearer ',
		'Basic abc',
		'Bearerabc',
		'Bearer a\u00e9',
		'abc',
	]) {
		t.deepEqual(readBearer(header), {kind: 'malformed'}, header);
	}
});

test('a long header without end is read in no time', t => {
	t.deepEqual(readBearer(`Bearer ${'a '.repeat(50_000)}\u0001`), {kind: 'malformed'});
	t.deepEqual(readBearer(`Bearer ${' '.repeat(50_000)}\u0001`), {kind: 'malformed'});
});

test('without a token the request is refused in the words of v1, and without the header', t => {
	for (const headers of [{}, {authorization: 'Basic c2VjcmV0'}]) {
		const error = t.throws(() => bearerToken({headers}), {instanceOf: AppError});
		t.is(error?.code, 'UNAUTHORIZED');
		t.is(error?.fields.reason, 'no_bearer_auth');
		t.notRegex(`${error?.message}`, /c2VjcmV0/);
	}
	t.is(bearerToken({headers: {authorization: 'Bearer word'}}), 'word');
});
