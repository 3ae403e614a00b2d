import test from 'ava';
import fc from 'fast-check';
import {
	allocJobResponse,
	assignJobResponse,
	heartbeatRequest,
	runJobRequest,
	runJobResponse,
	schedulerStatus,
	submitToolchainResponse,
	updateJobStateResponse,
} from '../../../src/protocol/dist/messages.js';
import {allMessages} from './arbitrary-messages.js';

test('names of fields are in snake_case', t => {
	t.deepEqual(schedulerStatus.toJson({numServers: 1, numCpus: 4, inProgress: 0}), {
		num_servers: 1,
		num_cpus: 4,
		in_progress: 0,
	});
	t.deepEqual(
		runJobRequest.toJson({
			command: {executable: 'gcc', arguments: ['-c'], envVars: [['A', 'b']], cwd: '/'},
			outputs: ['a.o'],
		}),
		{
			command: {executable: 'gcc', arguments: ['-c'], env_vars: [['A', 'b']], cwd: '/'},
			outputs: ['a.o'],
		},
	);
	t.deepEqual(
		heartbeatRequest.toJson({
			jwtKey: Buffer.from([1]),
			numCpus: 2,
			serverNonce: 3n,
			certDigest: Buffer.from([4, 255]),
			certPem: Buffer.alloc(0),
		}),
		{jwt_key: [1], num_cpus: 2, server_nonce: 3, cert_digest: [4, 255], cert_pem: []},
	);
});

test('a variant with content is one key, one without is its name', t => {
	t.deepEqual(
		allocJobResponse.toJson({
			kind: 'Success',
			value: {
				jobAlloc: {auth: 'word', jobId: 7, serverId: '[::1]:10501'},
				needToolchain: true,
				certDigest: Buffer.from([1, 2]),
			},
		}),
		{
			Success: {
				job_alloc: {auth: 'word', job_id: 7, server_id: '[::1]:10501'},
				need_toolchain: true,
				cert_digest: [1, 2],
			},
		},
	);
	t.deepEqual(updateJobStateResponse.toJson({kind: 'Fail', value: {msg: 'no'}}), {
		Fail: {msg: 'no'},
	});
	t.is(submitToolchainResponse.toJson({kind: 'JobNotFound'}), 'JobNotFound');
	t.deepEqual(assignJobResponse.toJson({state: {kind: 'Ready'}, needToolchain: false}), {
		state: 'Ready',
		need_toolchain: false,
	});
	t.is(runJobResponse.toJson({kind: 'JobNotFound'}), 'JobNotFound');
	t.deepEqual(
		runJobResponse.toJson({
			kind: 'Complete',
			value: {
				output: {code: 1, stdout: Buffer.from([1]), stderr: Buffer.alloc(0)},
				outputs: [['a.o', [Buffer.from([2]), 3]]],
			},
		}),
		{
			Complete: {
				output: {code: 1, stdout: [1], stderr: []},
				outputs: [['a.o', [[2], 3]]],
			},
		},
	);
});

for (const [name, codec, values] of allMessages) {
	test(`${name}: each of its values can be written as JSON`, t => {
		fc.assert(
			fc.property(values, value => {
				const json = codec.toJson(value);
				t.deepEqual(JSON.parse(JSON.stringify(json)), json);
			}),
			{numRuns: 50},
		);
		t.pass();
	});
}
