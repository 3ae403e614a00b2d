import {createHash} from 'node:crypto';
import test from 'ava';
import {type DigestedFile, InputsThere} from '../../../src/client/dist/inputs-there.js';
import {decode} from '../../../src/protocol/dist/bincode.js';
import {inputReferences} from '../../../src/protocol/dist/input-reference.js';

function file(path: string, text: string, mtimeS = 1e9): DigestedFile {
	const bytes = Buffer.from(text.padEnd(300));
	const digest = createHash('sha256').update(bytes).digest('hex');
	return {path, mode: 0o644, mtimeS, bytes, digest};
}

const inputs = (...files: readonly DigestedFile[]) => ({files, folders: ['/work']});
const a = file('/usr/include/a.h', 'int a;');
const b = file('/usr/include/b.h', 'int b;');

test('what a server has had is named instead of sent, where and as it is now', t => {
	const there = new InputsThere();
	const first = there.toSend('pin', inputs(a, b));
	t.deepEqual(decode(inputReferences, first.known), []);
	t.deepEqual(first.rest, inputs(a, b));
	there.had('pin', inputs(a));
	const moved = {...a, path: '/opt/\xe9/a.h', mtimeS: -5};
	const {known, rest} = there.toSend('pin', inputs(moved, b));
	t.deepEqual(rest, inputs(b));
	const [reference, ...others] = decode(inputReferences, known);
	t.deepEqual(others, []);
	t.is(reference?.path.toString('latin1'), moved.path);
	t.is(reference?.mtimeS, 0);
	t.is(reference?.digest.toString('hex'), a.digest);
});

test('a file that changed is sent, and so is everything to another server', t => {
	const there = new InputsThere();
	there.had('pin', inputs(a));
	const changed = file(a.path, 'long a;');
	t.deepEqual(there.toSend('pin', inputs(changed)).rest.files, [changed]);
	t.deepEqual(there.toSend('started again', inputs(a)).rest.files, [a]);
	there.forget('pin');
	t.deepEqual(there.toSend('pin', inputs(a)).rest.files, [a]);
});

test('what is smaller than its reference is sent', t => {
	const there = new InputsThere();
	const small = {...a, bytes: Buffer.from('int a;')};
	there.had('pin', inputs(small));
	t.deepEqual(there.toSend('pin', inputs(small)).rest.files, [small]);
});
