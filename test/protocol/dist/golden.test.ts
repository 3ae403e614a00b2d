import test, {type ExecutionContext} from 'ava';
import {type Codec, decode, encode} from '../../../src/protocol/dist/bincode.js';
import {
	allocJobResponse,
	assignJobResponse,
	heartbeatRequest,
	heartbeatResponse,
	jobState,
	runJobRequest,
	runJobResponse,
	schedulerStatus,
	serverCertificateResponse,
	submitToolchainResponse,
	toolchain,
	updateJobStateResponse,
} from '../../../src/protocol/dist/messages.js';

/** Both ways between a value and its bytes, given in hex with blanks and texts in quotes. */
function holds<Value>(
	t: ExecutionContext,
	codec: Codec<Value>,
	value: Value,
	golden: string,
): void {
	const hex = golden
		.replace(/'([^']*)'/g, (_, text: string) => Buffer.from(text).toString('hex'))
		.replace(/\s+/g, '');
	t.is(encode(codec, value).toString('hex'), hex);
	t.deepEqual(decode(codec, Buffer.from(hex, 'hex')), value);
	t.deepEqual(decode(codec, Buffer.from(`${hex}00ff`, 'hex')), value, 'bytes behind are ignored');
}

const zero = '0000000000000000';
const digest = Buffer.alloc(32, 0xab);
const pem = Buffer.from('PEM');

/* As Mozilla's programs were seen to send them. */

test('scheduler status', t => {
	holds(
		t,
		schedulerStatus,
		{numServers: 1, numCpus: 4, inProgress: 0},
		`0100000000000000 0400000000000000 ${zero}`,
	);
});

test('toolchain: 64 hex digits', t => {
	const archiveId = '0123456789abcdef'.repeat(4);
	holds(t, toolchain, {archiveId}, `4000000000000000 '${archiveId}'`);
});

test('allocation: 79 bytes', t => {
	const value = {
		kind: 'Success',
		value: {
			jobAlloc: {auth: 'jobtoken', jobId: 7, serverId: '127.0.0.1:20501'},
			needToolchain: true,
			certDigest: digest,
		},
	} as const;
	holds(
		t,
		allocJobResponse,
		value,
		`00000000 0800000000000000 6a6f62746f6b656e 0700000000000000 00000000 7f000001 1550 01
		2000000000000000 ${'ab'.repeat(32)}`,
	);
	t.is(encode(allocJobResponse, value).length, 79);
});

test('run: complete, with one output', t => {
	const path = '/tmp/build/dir/t1.o';
	const compressed = Buffer.from('7801cb48cdc9c95728cf2fca494901', 'hex');
	holds(
		t,
		runJobResponse,
		{
			kind: 'Complete',
			value: {
				output: {code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0)},
				outputs: [[path, [compressed, 7]]],
			},
		},
		`01000000 00000000 ${zero} ${zero} 0100000000000000 1300000000000000 '${path}'
		0f00000000000000 ${compressed.toString('hex')} 0700000000000000`,
	);
});

/* By bincode's rules. */

test('allocation: none, and one on an IPv6 server', t => {
	holds(
		t,
		allocJobResponse,
		{kind: 'Fail', value: {msg: 'full'}},
		"01000000 0400000000000000 'full'",
	);
	holds(
		t,
		allocJobResponse,
		{
			kind: 'Success',
			value: {
				jobAlloc: {auth: '', jobId: 258, serverId: '[fd00::1]:10501'},
				needToolchain: false,
				certDigest: Buffer.alloc(0),
			},
		},
		`00000000 ${zero} 0201000000000000 01000000 fd000000000000000000000000000001 0529 00 ${zero}`,
	);
});

test('certificate', t => {
	holds(
		t,
		serverCertificateResponse,
		{certDigest: Buffer.from([1, 2]), certPem: pem},
		"0200000000000000 0102 0300000000000000 'PEM'",
	);
});

test('heartbeat, with a nonce that is no safe number', t => {
	holds(
		t,
		heartbeatRequest,
		{
			jwtKey: digest,
			numCpus: 16,
			serverNonce: 0xfedcba9876543210n,
			certDigest: digest,
			certPem: pem,
		},
		`2000000000000000 ${'ab'.repeat(32)} 1000000000000000 1032547698badcfe
		2000000000000000 ${'ab'.repeat(32)} 0300000000000000 'PEM'`,
	);
	holds(t, heartbeatResponse, {isNew: true}, '01');
	holds(t, heartbeatResponse, {isNew: false}, '00');
});

test('states of a job', t => {
	for (const [number, kind] of (['Pending', 'Ready', 'Started', 'Complete'] as const).entries()) {
		holds(t, jobState, {kind}, `0${number}000000`);
	}
});

test('state of a job: the answer', t => {
	holds(t, updateJobStateResponse, {kind: 'Success'}, '00000000');
	holds(
		t,
		updateJobStateResponse,
		{kind: 'Fail', value: {msg: 'no'}},
		"01000000 0200000000000000 'no'",
	);
});

test('assignment', t => {
	holds(t, assignJobResponse, {state: {kind: 'Pending'}, needToolchain: true}, '00000000 01');
	holds(t, assignJobResponse, {state: {kind: 'Ready'}, needToolchain: false}, '01000000 00');
});

test('submission of a toolchain', t => {
	const kinds = ['Success', 'JobNotFound', 'CannotCache'] as const;
	for (const [number, kind] of kinds.entries()) {
		holds(t, submitToolchainResponse, {kind}, `0${number}000000`);
	}
});

test('run: the command', t => {
	holds(
		t,
		runJobRequest,
		{
			command: {
				executable: '/usr/bin/gcc',
				arguments: ['-c', 'ä.c'],
				envVars: [['LANG', 'C']],
				cwd: '/b',
			},
			outputs: ['/b/a.o'],
		},
		`0c00000000000000 '/usr/bin/gcc'
		0200000000000000 0200000000000000 '-c' 0400000000000000 c3a4 '.c'
		0100000000000000 0400000000000000 'LANG' 0100000000000000 'C'
		0200000000000000 '/b'
		0100000000000000 0600000000000000 '/b/a.o'`,
	);
});

test('run: no such job, and a compiler killed by a signal', t => {
	holds(t, runJobResponse, {kind: 'JobNotFound'}, '00000000');
	holds(
		t,
		runJobResponse,
		{
			kind: 'Complete',
			value: {
				output: {code: -9, stdout: Buffer.from('o'), stderr: Buffer.from('ee')},
				outputs: [],
			},
		},
		`01000000 f7ffffff 0100000000000000 'o' 0200000000000000 'ee' ${zero}`,
	);
});
